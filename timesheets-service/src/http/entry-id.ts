import type { Request } from 'express'
import { noSuchEntry } from '../domain/domain-error.ts'

/**
 * The entry id in a path.
 * @throws {DomainError} `no-such-entry`, also for a text that is not an id
 */
export function parseEntryId(request: Request): number {
  const text = String(request.params.id)
  const id = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(id)) throw noSuchEntry(text.slice(0, 50))
  return id
}
