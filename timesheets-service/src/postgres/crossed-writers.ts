import { ProblemError } from '@timesheets/contracts/problem'
import { sqlStateOf } from './database-error.ts'

const maxTries = 5

/** Two writers crossed (40001) or blocked each other (40P01): starting over is what Postgres asks for. */
export function haveCrossed(error: unknown): boolean {
  return ['40001', '40P01'].includes(sqlStateOf(error) ?? '')
}

/**
 * Does a piece of work, and starts over while other writers get in its way.
 * @throws {ProblemError} `not-ready` where they do time after time
 */
export async function startingOver<T>(
  work: () => Promise<T>,
  isInTheWay: (error: unknown) => boolean = haveCrossed,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (cause) {
      if (!isInTheWay(cause)) throw cause
      if (tries < maxTries) continue
      throw new ProblemError('not-ready', 'Others write the same at this moment; send it again', {
        headers: { 'retry-after': '1' },
        cause,
      })
    }
  }
}
