import { z } from 'zod'

/** Where the next run starts. The API keeps it with the source, as a text. */
export interface Bookmark {
  /** By the clock of the tracker: what changed since was not read yet. Absent if the tracker cannot list changes. */
  readonly changedSince?: string | undefined
  /** When the last run of all days began. */
  readonly fullAt?: string | undefined
}

const schema = z.object({
  changedSince: z.iso.datetime().optional().catch(undefined),
  fullAt: z.iso.datetime().optional().catch(undefined),
})

/** Parses a bookmark. A text that is none, for example of another version, starts over. */
export function parseBookmark(text: string | null): Bookmark {
  try {
    return schema.safeParse(JSON.parse(text ?? '{}')).data ?? {}
  } catch {
    return {}
  }
}

export function formatBookmark({ changedSince, fullAt }: Bookmark): string {
  return JSON.stringify({ changedSince, fullAt })
}

const dayMs = 86_400_000

/** Whether a run must read all days: none did in the last `everyDays` days. */
export function isFullRunDue({ fullAt }: Bookmark, everyDays: number, now: Date): boolean {
  if (fullAt === undefined) return true
  const ageMs = now.getTime() - Date.parse(fullAt)
  // A bookmark of the future is of a machine whose clock was wrong.
  return ageMs < 0 || ageMs >= everyDays * dayMs
}
