import { ProblemError } from '@timesheets/contracts/problem'

/** The service owed something and stayed silent. */
export class ServiceTimeout extends Error {
  override readonly name = 'ServiceTimeout'
}

/** What went wrong on the way to the service, in the contract's words. */
export function explainFailure(error: unknown): ProblemError {
  if (error instanceof ServiceTimeout || (error as NodeJS.ErrnoException).code === 'ETIMEDOUT') {
    return new ProblemError(
      'service-timeout',
      'The service did not answer in time; whether it did its work is not known',
      { cause: error },
    )
  }
  return new ProblemError('service-unreachable', 'The service refused or broke the connection; try again', {
    headers: { 'retry-after': '1' },
    cause: error,
  })
}
