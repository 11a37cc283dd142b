import { z } from 'zod'

/** Where the next run starts. The API keeps it with the source, as a text. */
export interface Bookmark {
  /** By the clock of the tracker: what changed since was not read yet. Absent if the tracker cannot list changes. */
  readonly changedSince?: string | undefined
  /** Our own clock when that run began: shows at the next run whether one of the clocks was corrected since. */
  readonly ownClock?: string | undefined
  /** When the last run of all days began. */
  readonly fullAt?: string | undefined
  /** The same of files, which may have entries of a source that a service has, too: they say nothing about the service. */
  readonly filesFullAt?: string | undefined
  /** Which `user_id` each of the tracker's people had in that run (`Roster.hash`). Absent if it read files. */
  readonly people?: string | undefined
  /** See `KnownNames`. */
  readonly names?: string | undefined
}

const schema = z.object({
  changedSince: z.iso.datetime().optional().catch(undefined),
  ownClock: z.iso.datetime().optional().catch(undefined),
  fullAt: z.iso.datetime().optional().catch(undefined),
  filesFullAt: z.iso.datetime().optional().catch(undefined),
  people: z.string().optional().catch(undefined),
  names: z.string().optional().catch(undefined),
})

/** Parses a bookmark. A text that is none, for example of another version, starts over. */
export function parseBookmark(text: string | null): Bookmark {
  try {
    return schema.safeParse(JSON.parse(text ?? '{}')).data ?? {}
  } catch {
    return {}
  }
}

export function formatBookmark(bookmark: Bookmark): string {
  const { changedSince, ownClock, fullAt, filesFullAt, people, names } = bookmark
  return JSON.stringify({ changedSince, ownClock, fullAt, filesFullAt, people, names })
}

/** The tracker's list may lag behind, and its clock has whole seconds. */
const trackerMarginMs = 5 * 60_000
/** Without the clock of the tracker, ours may be wrong by hours. */
const ownClockMarginMs = 24 * 3_600_000

/**
 * Creates the bookmark of a run that has ended well.
 * @param before the one that the run began with
 * @param run.isWhole whether the tracker is a service, and not files
 * @param run.people which `user_id` each of the tracker's people has; undefined for files
 * @param run.names see `KnownNames`
 * @param run.readAt the tracker's clock when the run began; undefined if it does not say it
 */
export function createBookmark(
  before: Bookmark,
  run: {
    /** As of `RunDays`. */
    readonly days: { readonly isFull: boolean; readonly isSelected: boolean }
    readonly isWhole: boolean
    readonly people: string | undefined
    readonly names: string | undefined
    readonly readAt: Date | undefined
    readonly now: Date
  },
): string {
  const { days, isWhole, people, names, readAt, now } = run
  // It did not read what changed on other days.
  if (days.isSelected) return formatBookmark({ ...before, names })
  const ownClock = now.toISOString()
  if (!isWhole)
    return formatBookmark({ ...before, filesFullAt: days.isFull ? ownClock : before.filesFullAt, names })
  const readAtMs =
    readAt === undefined ? now.getTime() - ownClockMarginMs : readAt.getTime() - trackerMarginMs
  return formatBookmark({
    changedSince: new Date(readAtMs).toISOString(),
    ...(readAt === undefined ? {} : { ownClock }),
    fullAt: days.isFull ? ownClock : before.fullAt,
    filesFullAt: before.filesFullAt,
    people: days.isFull ? people : before.people,
    names,
  })
}

/** A difference of the clocks changes by less than this while neither of them is corrected. */
const maxDriftMs = 60_000

/**
 * Since when changes must be read. If the tracker's clock was corrected after the last run, what it recorded since has
 * another time than the bookmark expects: then the changes of as much more time are read.
 * @param trackerClock the tracker's clock now; undefined if it does not say it
 */
export function findChangesStart(
  { changedSince, ownClock }: Bookmark,
  { trackerClock, now }: { trackerClock: Date | undefined; now: Date },
): string | undefined {
  if (changedSince === undefined || ownClock === undefined || trackerClock === undefined) return changedSince
  const sinceMs = Date.parse(changedSince)
  const errorBefore = sinceMs + trackerMarginMs - Date.parse(ownClock)
  const correctedMs = Math.abs(trackerClock.getTime() - now.getTime() - errorBefore)
  return correctedMs <= maxDriftMs ? changedSince : new Date(sinceMs - correctedMs).toISOString()
}

const dayMs = 86_400_000
/** A daily run starts some seconds earlier than a day after the last one now and then, and an hour when the clocks change. */
const scheduleMarginMs = 3_600_000

/** Whether a run must read all days: none did in the last `everyDays` days. */
export function isFullRunDue({ fullAt }: Pick<Bookmark, 'fullAt'>, everyDays: number, now: Date): boolean {
  if (fullAt === undefined) return true
  const ageMs = now.getTime() - Date.parse(fullAt)
  // A bookmark in the future was written by a machine with a wrong clock.
  return ageMs < 0 || ageMs >= everyDays * dayMs - scheduleMarginMs
}
