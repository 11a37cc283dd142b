import type { IncomingMessage } from 'node:http'

/** How often a header was sent: of a repeated one the parser keeps the first, and says nothing of the rest. */
export function countHeader(request: IncomingMessage, name: string): number {
  return request.rawHeaders.filter((word, i) => i % 2 === 0 && word.toLowerCase() === name).length
}
