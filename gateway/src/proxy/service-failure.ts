import { ProblemError } from '@timesheets/contracts/problem'

/** The service did not respond in time. */
export class ServiceTimeoutError extends Error {
  override readonly name = 'ServiceTimeoutError'
}

/** Turns an error on the way to the service into a problem. */
export function toServiceProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error
  if (error instanceof ServiceTimeoutError || (error as NodeJS.ErrnoException).code === 'ETIMEDOUT') {
    return new ProblemError(
      'service-timeout',
      'The service did not respond in time; the request may have been carried out',
      { cause: error },
    )
  }
  return new ProblemError('service-unreachable', 'The service refused or broke the connection; try again', {
    headers: { 'retry-after': '1' },
    cause: error,
  })
}
