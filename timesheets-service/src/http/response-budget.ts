import { ProblemError } from '@timesheets/contracts/problem'
import type { RequestHandler, Response } from 'express'
import { getIdentity } from './gateway-identity.ts'

const mebibyte = 1024 * 1024

export interface ResponseBudgetOptions {
  readonly maxBytes: number
  /** The most that the responses of one caller may take. */
  readonly maxBytesPerOwner: number
  /** Responses that may wait for room. */
  readonly maxWaiting: number
  readonly waitMs: number
}

interface Waiting {
  readonly owner: string
  readonly bytes: number
  readonly start: () => void
}

/**
 * Limits the memory of all large responses together, from the query to the last byte that the client takes. Without it,
 * clients that read slowly, or many that read at once, would fill the memory of the process with rows and texts. A
 * response that finds no room waits a moment for it.
 */
export class ResponseBudget {
  readonly #options: ResponseBudgetOptions
  #usedBytes = 0
  readonly #usedByOwner = new Map<string, number>()
  readonly #waiting = new Set<Waiting>()

  constructor(options: ResponseBudgetOptions) {
    this.#options = options
  }

  /**
   * Reserves memory for a response until it is sent or its client has left.
   * @param bytes the most that it may take
   * @throws {ProblemError} `not-ready` if there is no room, or none in time
   */
  async reserve(response: Response, bytes: number): Promise<void> {
    const { client, person } = getIdentity(response)
    const owner = `${client} ${person}`
    if (this.#fits(owner, bytes)) this.#add(owner, bytes)
    else await this.#wait(response, owner, bytes)
    if (response.closed) this.#release(owner, bytes)
    else response.once('close', () => this.#release(owner, bytes))
  }

  #fits(owner: string, bytes: number): boolean {
    const ownerBytes = this.#usedByOwner.get(owner) ?? 0
    const { maxBytes, maxBytesPerOwner } = this.#options
    return this.#usedBytes + bytes <= maxBytes && ownerBytes + bytes <= maxBytesPerOwner
  }

  #wait(response: Response, owner: string, bytes: number): Promise<void> {
    const { maxWaiting, waitMs } = this.#options
    if (this.#waiting.size >= maxWaiting) throw busy()
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(timer)
        response.off('close', onClose)
        this.#waiting.delete(waiting)
        act()
      }
      const waiting = { owner, bytes, start: () => settle(resolve) }
      const onClose = () => settle(() => reject(busy()))
      const timer = setTimeout(() => settle(() => reject(busy())), waitMs)
      response.once('close', onClose)
      this.#waiting.add(waiting)
    })
  }

  #add(owner: string, bytes: number): void {
    this.#usedBytes += bytes
    this.#usedByOwner.set(owner, (this.#usedByOwner.get(owner) ?? 0) + bytes)
  }

  #release(owner: string, bytes: number): void {
    this.#usedBytes -= bytes
    const ownerBytes = this.#usedByOwner.get(owner)! - bytes
    if (ownerBytes === 0) this.#usedByOwner.delete(owner)
    else this.#usedByOwner.set(owner, ownerBytes)
    // First come, first served; a response whose owner has no room left does not hold up the others.
    for (const waiting of this.#waiting) {
      if (!this.#fits(waiting.owner, waiting.bytes)) continue
      this.#add(waiting.owner, waiting.bytes)
      waiting.start()
    }
  }
}

/** Reserves memory for a response before its handler runs. */
export function reserveResponse(budget: ResponseBudget, bytes: number): RequestHandler {
  return async (_request, response, next) => {
    await budget.reserve(response, bytes)
    next()
  }
}

/** Memory that a page, a history, or the chunks of an export take at most: rows, texts and buffers of some 1 MiB each. */
export const pageBytes = 4 * mebibyte

/** Memory of a report or of the results of 1,000 approvals. */
export const reportBytes = 16 * mebibyte

/** Fits into the 384 MiB of a container beside the process itself and the bodies that it receives. */
export const createResponseBudget = () =>
  new ResponseBudget({
    maxBytes: 96 * mebibyte,
    maxBytesPerOwner: 24 * mebibyte,
    maxWaiting: 200,
    waitMs: 5000,
  })

function busy(): ProblemError {
  return new ProblemError('not-ready', 'Too many large responses are in progress; send it again', {
    headers: { 'retry-after': '2' },
  })
}
