import { hash } from 'node:crypto'
import type { Content } from './entry.ts'

/**
 * Serializes a content canonically: a JSON array of user, day, instant, project, seconds and notes, in this order and
 * without spaces. Strings are in Unicode NFC, the instant is in UTC with milliseconds, the encoding is UTF-8.
 */
export function toCanonicalText(content: Content): string {
  return JSON.stringify([
    content.userId.normalize('NFC'),
    content.day,
    new Date(content.instantMs).toISOString(),
    content.project.normalize('NFC'),
    content.seconds,
    content.notes === null ? null : content.notes.normalize('NFC'),
  ])
}

/**
 * Computes the digest by which two versions of an entry are compared: the first 128 bits of SHA-256 over the external
 * id, a zero byte and the canonical content. Digests are stored, so the definition must never change.
 * @param externalId the empty string for an entry without one
 * @returns 32 hex digits (to make a text costs a third of making a buffer)
 */
export function computeDigest(externalId: string, content: Content): string {
  return hash('sha256', `${externalId}\0${toCanonicalText(content)}`, 'hex').slice(0, 32)
}
