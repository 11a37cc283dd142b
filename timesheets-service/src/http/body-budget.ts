import type { IncomingMessage } from 'node:http'
import { ProblemError } from '@timesheets/contracts/problem'

/**
 * What bodies may take of a process's memory all together: two of the longest uploads. Parsed, a body takes several
 * times its bytes for a while, so that twice as much would not fit into the 384 MiB that a container has.
 */
const maxBytes = 32 * 1024 * 1024

/**
 * Bytes of bodies that are being read or worked on. Each is bounded already, but not how many there are: without
 * this, anybody with a token could open sockets until the process has no memory left.
 */
class BodyBudget {
  #takenBytes = 0
  readonly #takenBy = new Map<IncomingMessage, number>()

  /** @throws {ProblemError} `not-ready`: there is no room at this moment */
  take(request: IncomingMessage, bytes: number): void {
    if (this.#takenBytes + bytes > maxBytes) {
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

export const bodyBudget = new BodyBudget()
