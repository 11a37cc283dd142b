import { z } from 'zod'
import { refusals, refuseParameter } from './refusal.ts'

/** More than anybody arms on purpose. */
const maxArmed = 1000

/** Faults that stand in for the answer: nothing behind them sees the request. */
const replacing = ['401', '403', '404', '429', '500', '502', '503', '504', 'reset'] as const

/** Faults of an answer that is otherwise right. */
const spoiling = [
  /** The answer comes after `delayMs`. */
  'slow',
  /** The connection ends within the body. */
  'reset-midway',
  /** The body ends halfway, and says that it is whole. */
  'truncated',
  /** 200, with a page for people. */
  'not-json',
  /** 200, with `{}`. */
  'empty',
  /** 200, and a list that says there is nothing. */
  'no-rows',
  /** `links.next` leads to the same page once more. */
  'page-repeated',
  /** After the page, an entry is inserted before it (one row comes twice) or deleted (one is missed). */
  'shifted',
  /** `field` is absent, of a row or of the answer itself (`time_entries`, `links`). */
  'missing-field',
  /** `field` is `value`, by default its own value as text. */
  'changed-type',
] as const

const armed = z.strictObject({
  fault: z.preprocess(
    (value) => (typeof value === 'number' ? String(value) : value),
    z.enum([...replacing, ...spoiling]),
  ),
  /** How many requests it hits. */
  times: z.int().min(1).default(1),
  /** How many requests of its path pass before it hits the first one. */
  after: z.int().min(0).default(0),
  /** A whole path (`/v2/time_entries`), or its beginning and `*`; every path by default. */
  path: z.string().default('*'),
  /** Of 429 and 503; null = without the header. */
  retryAfterSeconds: z.int().min(0).nullable().optional(),
  /** Of slow. */
  delayMs: z.int().min(0).max(600_000).default(1000),
  /** Of missing-field and changed-type. */
  field: z.string().default('hours'),
  /** Of changed-type. */
  value: z.json().optional(),
  /** Of missing-field and changed-type: which row of the page, from 0. */
  row: z.int().min(0).default(0),
  /** Of shifted. */
  by: z.enum(['insert', 'delete']).default('insert'),
})

/** A fault that waits for its requests. */
export type Fault = z.infer<typeof armed>

/** The faults that are armed, in the order they were. */
export class Faults {
  #armed: Fault[] = []

  /**
   * Arms one fault, or several.
   * @throws {Refusal} 422
   */
  arm(body: unknown): void {
    const parsed = z.array(armed).safeParse(Array.isArray(body) ? body : [body])
    if (!parsed.success) throw refuseParameter(parsed.error)
    if (this.#armed.length + parsed.data.length > maxArmed) {
      throw refusals.invalid(`At most ${maxArmed} faults can be armed`)
    }
    this.#armed.push(...parsed.data)
  }

  /** What is still to come. */
  list(): readonly Fault[] {
    return this.#armed
  }

  clear(): void {
    this.#armed = []
  }

  /**
   * The faults that hit a request to this path. They combine, up to the first that stands in for the
   * answer; those armed after it keep their turn, so `429` three times and then `500` is just that.
   */
  take(path: string): readonly Fault[] {
    const due = this.#armed.filter((fault) => {
      if (!concerns(fault, path)) return false
      if (fault.after === 0) return true
      fault.after -= 1
      return false
    })
    const replacingAt = due.findIndex(replaces)
    const hitting = replacingAt === -1 ? due : due.slice(0, replacingAt + 1)
    for (const fault of hitting) fault.times -= 1
    this.#armed = this.#armed.filter((fault) => fault.times > 0)
    return hitting
  }
}

/** True where the fault stands in for the answer. */
export function replaces({ fault }: Fault): boolean {
  return (replacing as readonly string[]).includes(fault)
}

function concerns({ path: wanted }: Fault, path: string): boolean {
  return wanted.endsWith('*') ? path.startsWith(wanted.slice(0, -1)) : path === wanted
}
