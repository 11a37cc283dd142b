import { DomainError } from '../domain/domain-error.ts'
import { isWriteConflict } from './errors.ts'

const maxAttempts = 5

/**
 * Runs a transaction, and runs it again if it conflicts with another writer.
 * @throws {DomainError} `busy` if every attempt conflicts
 */
export async function retryOnConflict<T>(
  run: () => Promise<T>,
  isRetryable: (error: unknown) => boolean = isWriteConflict,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (cause) {
      if (!isRetryable(cause)) throw cause
      if (attempt < maxAttempts) continue
      throw new DomainError('busy', 'Other requests are writing the same data; send the request again', {
        cause,
      })
    }
  }
}
