import type { IncomingMessage } from 'node:http'
import { ProblemError } from '@timesheets/contracts/problem'
import type { StoredEntry } from '@timesheets/contracts/stored-entry'
import { notFound } from '../domain/decision.ts'
import type { Call } from './call.ts'

/**
 * The entry that a path names.
 * @throws {ProblemError} `not-found`: what is no id names no entry
 */
export function entryIdOf({ parameters }: Call): number {
  const text = parameters.id ?? ''
  const id = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(id)) throw notFound(text.slice(0, 50))
  return id
}

/** An entry's version as its ETag (RFC 9110, section 8.8.3). */
export const etagOf = (entry: StoredEntry) => `"${entry.version}"`

/**
 * What `If-Match` demands of an entry (RFC 9110, section 13.1.1): one of the versions it names, by strong comparison.
 * @returns a check that throws `stale-version`
 */
export function ifMatch(request: IncomingMessage): (entry: StoredEntry) => void {
  const header = request.headers['if-match']
  if (header === undefined || header.trim() === '*') return () => {}
  const named = header.split(',').map((tag) => tag.trim())
  return (entry) => {
    if (named.includes(etagOf(entry))) return
    throw new ProblemError(
      'stale-version',
      `Timesheet ${entry.id} is at version ${entry.version} by now; read it again`,
      {
        members: { version: entry.version },
        headers: { etag: etagOf(entry) },
      },
    )
  }
}
