import type { IncomingMessage } from 'node:http'
import { ProblemError } from '@timesheets/contracts/problem'

const mebibyte = 1024 * 1024

/** Memory of one received chunk beside its bytes: the Buffer object and the framing that it keeps alive. */
const chunkOverheadBytes = 192

/**
 * Limits the memory of all request bodies together. Each body is limited already, but not their number: without this,
 * a caller could open connections until the process is out of memory. A share per owner keeps one caller from taking
 * the room of all others.
 */
export class BodyBudget {
  readonly #maxBytes: number
  readonly #maxBytesPerOwner: number
  #usedBytes = 0
  readonly #usedByOwner = new Map<string, number>()
  readonly #usedByRequest = new Map<IncomingMessage, { owner: string; bytes: number }>()

  constructor(limits: { maxBytes: number; maxBytesPerOwner: number }) {
    this.#maxBytes = limits.maxBytes
    this.#maxBytesPerOwner = limits.maxBytesPerOwner
  }

  /**
   * Reserves memory for a chunk of a body.
   * @param owner the person or client that sends it
   * @throws {ProblemError} `not-ready` if there is no room at the moment
   */
  reserve(request: IncomingMessage, owner: string, chunkBytes: number): void {
    const bytes = chunkBytes + chunkOverheadBytes
    const ownerBytes = (this.#usedByOwner.get(owner) ?? 0) + bytes
    if (this.#usedBytes + bytes > this.#maxBytes || ownerBytes > this.#maxBytesPerOwner) {
      throw new ProblemError('not-ready', 'Too many request bodies are in progress; send it again', {
        headers: { 'retry-after': '2' },
      })
    }
    this.#usedBytes += bytes
    this.#usedByOwner.set(owner, ownerBytes)
    const reserved = this.#usedByRequest.get(request)?.bytes ?? 0
    this.#usedByRequest.set(request, { owner, bytes: reserved + bytes })
  }

  /** Releases the memory of a request that has ended. */
  release(request: IncomingMessage): void {
    const used = this.#usedByRequest.get(request)
    if (used === undefined) return
    this.#usedByRequest.delete(request)
    this.#usedBytes -= used.bytes
    const ownerBytes = this.#usedByOwner.get(used.owner)! - used.bytes
    if (ownerBytes === 0) this.#usedByOwner.delete(used.owner)
    else this.#usedByOwner.set(used.owner, ownerBytes)
  }
}

/**
 * Two uploads of 16 MiB by different clients. While it is parsed, a body takes several times its bytes, so twice as much
 * would not fit into the 384 MiB of a container.
 */
export const createUploadBudget = () =>
  new BodyBudget({ maxBytes: 34 * mebibyte, maxBytesPerOwner: 17 * mebibyte })

/** Bodies that people send. They have a budget of their own, so that uploads do not keep people out. */
export const createPeopleBudget = () =>
  new BodyBudget({ maxBytes: 8 * mebibyte, maxBytesPerOwner: 2 * mebibyte })
