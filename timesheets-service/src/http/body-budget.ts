import type { IncomingMessage } from 'node:http'
import { ProblemError } from '@timesheets/contracts/problem'

/**
 * Bytes of bodies that are being read or worked on. Each is bounded already, but not how many there are: without
 * this, anybody with a token could open sockets until the process has no memory left.
 */
class BodyBudget {
  readonly #maxBytes: number
  #takenBytes = 0
  readonly #takenBy = new Map<IncomingMessage, number>()

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** @throws {ProblemError} `not-ready`: there is no room at this moment */
  take(request: IncomingMessage, bytes: number): void {
    if (this.#takenBytes + bytes > this.#maxBytes) {
      throw new ProblemError('not-ready', 'Too many bodies are being read at this moment; send it again', {
        headers: { 'retry-after': '2' },
      })
    }
    this.#takenBytes += bytes
    this.#takenBy.set(request, (this.#takenBy.get(request) ?? 0) + bytes)
  }

  /** For a request that is over: its body was handled, or refused, or its sender has left. */
  release(request: IncomingMessage): void {
    this.#takenBytes -= this.#takenBy.get(request) ?? 0
    this.#takenBy.delete(request)
  }
}

/**
 * Two of the longest uploads. Parsed, a body takes several times its bytes for a while, so that twice as much would not
 * fit into the 384 MiB that a container has.
 */
export const uploadBudget = new BodyBudget(32 * 1024 * 1024)

/** What people send, of its own: no upload keeps them out. */
export const otherBudget = new BodyBudget(8 * 1024 * 1024)

/** For a request that is over. */
export function releaseBody(request: IncomingMessage): void {
  uploadBudget.release(request)
  otherBudget.release(request)
}
