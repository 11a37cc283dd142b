import type { TrackerKind } from './tracker.ts'

/** Every kind of tracker, by the name that SYNC_SOURCE and `--source` take; loaded when it is asked for. */
const trackers: Readonly<Record<string, () => Promise<TrackerKind>>> = {
  harvest: async () => (await import('./harvest.ts')).harvest,
  csv: async () => (await import('./csv/csv.ts')).csv,
}

export const trackerNames = Object.keys(trackers)

/** @returns undefined where there is no tracker of that name */
export async function loadTracker(name: string): Promise<TrackerKind | undefined> {
  return Object.hasOwn(trackers, name) ? await trackers[name]!() : undefined
}
