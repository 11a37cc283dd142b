import { z } from 'zod'
import { apiErrors, invalidParameter } from './api-error.ts'

/** Bounds the memory. */
const maxArmed = 1000

/** Faults that replace the response: no later middleware sees the request. */
const replacingFaults = ['401', '403', '404', '429', '500', '502', '503', '504', 'reset'] as const

/** Faults that corrupt a normal response. */
const corruptingFaults = [
  /** Sends the response after `delayMs`. */
  'slow',
  /** Closes the connection within the body. */
  'reset-midway',
  /** Sends half of the JSON as a complete body. */
  'truncated',
  /** Sends status 200 with an HTML page. */
  'not-json',
  /** Sends status 200 with `{}`. */
  'empty',
  /** Sends status 200 with an empty list. */
  'no-rows',
  /** Sets `links.next` to the same page. */
  'page-repeated',
  /** Sets `links.next` to the page after the next one. */
  'page-missing',
  /** Removes the last row of the page; `total_entries` still counts it. */
  'page-short',
  /** Lists only the entries of one person, with a matching total. */
  'one-person',
  /** After the page, inserts an entry before it (the next page repeats a row) or deletes one (a row is missed). */
  'shifted',
  /** Removes `field` from a row, or from the body itself (`time_entries`, `links`). */
  'missing-field',
  /** Sets `field` to `value`; by default to its own value as a string. */
  'changed-type',
  /** Adds `field`, which Harvest does not document, to each row. */
  'extra-field',
] as const

const armed = z.strictObject({
  fault: z.preprocess(
    (value) => (typeof value === 'number' ? String(value) : value),
    z.enum([...replacingFaults, ...corruptingFaults]),
  ),
  /** The number of requests that it applies to. */
  times: z.int().min(1).default(1),
  /** The number of requests to its path that it skips first. */
  after: z.int().min(0).default(0),
  /** A path (`/v2/time_entries`), or a prefix and `*`; by default every path. */
  path: z.string().default('*'),
  /** For 429 and 502 to 504; null omits the header. */
  retryAfterSeconds: z.int().min(0).nullable().optional(),
  /** For `slow`. */
  delayMs: z.int().min(0).max(600_000).default(1000),
  /** For `missing-field` and `changed-type`. */
  field: z.string().default('hours'),
  /** For `changed-type`. */
  value: z.json().optional(),
  /** For `missing-field` and `changed-type`: the index of the row on the page. */
  row: z.int().min(0).default(0),
  /** For `shifted`. */
  by: z.enum(['insert', 'delete']).default('insert'),
})

/** An armed fault. */
export type Fault = z.infer<typeof armed>

/** The armed faults, in the order in which they were armed. */
export class Faults {
  #armed: Fault[] = []

  /**
   * Arms one fault, or several.
   * @throws {ApiError} 422
   */
  arm(body: unknown): void {
    const parsed = z.array(armed).safeParse(Array.isArray(body) ? body : [body])
    if (!parsed.success) throw invalidParameter(parsed.error)
    if (this.#armed.length + parsed.data.length > maxArmed) {
      throw apiErrors.invalid(`At most ${maxArmed} faults can be armed`)
    }
    this.#armed.push(...parsed.data)
  }

  /** Lists the faults that have requests left. */
  list(): readonly Fault[] {
    return this.#armed
  }

  clear(): void {
    this.#armed = []
  }

  /**
   * Takes the faults for a request to this path. Faults combine, up to the first one that replaces the response. Faults
   * after it stay armed: `429` three times and then `500` applies to four requests in this order.
   */
  take(path: string): readonly Fault[] {
    const due = this.#armed.filter((fault) => {
      if (!matchesPath(fault, path)) return false
      if (fault.after === 0) return true
      fault.after -= 1
      return false
    })
    const replacingAt = due.findIndex(replacesResponse)
    const active = replacingAt === -1 ? due : due.slice(0, replacingAt + 1)
    for (const fault of active) fault.times -= 1
    this.#armed = this.#armed.filter((fault) => fault.times > 0)
    return active
  }
}

/** Returns true for a fault that replaces the response. */
export function replacesResponse({ fault }: Fault): boolean {
  return (replacingFaults as readonly string[]).includes(fault)
}

function matchesPath({ path: wanted }: Fault, path: string): boolean {
  return wanted.endsWith('*') ? path.startsWith(wanted.slice(0, -1)) : path === wanted
}
