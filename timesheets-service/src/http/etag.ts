import type { StoredEntry } from '@timesheets/contracts/stored-entry'
import { sendJson } from '@timesheets/runtime/http/send-json'
import type { Request, Response } from 'express'

/** An entry's version as its ETag (RFC 9110, section 8.8.3). */
export const toEtag = (version: number) => `"${version}"`

/**
 * Reads the precondition `If-Match` (RFC 9110, section 13.1.1).
 * @returns a function that returns whether the client accepts a version, by strong comparison
 */
export function parseIfMatch({ headers }: Request): (version: number) => boolean {
  const header = headers['if-match']
  if (header === undefined || header.trim() === '*') return () => true
  const etags = header.split(',').map((etag) => etag.trim())
  return (version) => etags.includes(toEtag(version))
}

/** Sends an entry with its version as the ETag. */
export function sendEntry(response: Response, entry: StoredEntry): void {
  response.setHeader('etag', toEtag(entry.version))
  sendJson(response, entry)
}
