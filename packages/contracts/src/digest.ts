import { createHash } from 'node:crypto'
import type { Content } from './entry.ts'

/**
 * The canonical bytes of a content: user, day, instant, project, seconds and notes as a JSON array in this
 * order, strings in NFC, the instant in UTC with milliseconds, no spaces, UTF-8.
 */
export function canonicalText(content: Content): string {
  return JSON.stringify([
    content.userId.normalize('NFC'),
    content.day,
    new Date(content.instantMs).toISOString(),
    content.project.normalize('NFC'),
    content.seconds,
    content.notes === null ? null : content.notes.normalize('NFC'),
  ])
}

/** Both sides compare entries by it: the first 128 bits of SHA-256 over external id, a zero byte, and the content. */
export function computeDigest(externalId: string, content: Content): Buffer {
  return createHash('sha256')
    .update(`${externalId}\0${canonicalText(content)}`, 'utf8')
    .digest()
    .subarray(0, 16)
}
