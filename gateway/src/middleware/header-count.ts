import type { IncomingMessage } from 'node:http'

/** Counts a header. Of a repeated header the parser keeps the first value and ignores the rest. */
export function countHeader({ rawHeaders }: IncomingMessage, name: string): number {
  let count = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const header = rawHeaders[i]!
    if (header.length === name.length && header.toLowerCase() === name) count++
  }
  return count
}
