import type { TrackerDefinition } from './tracker.ts'

/** Every tracker by the name that SYNC_SOURCE and `--source` take. A run loads only the one that it needs. */
const trackers: Readonly<Record<string, () => Promise<TrackerDefinition>>> = {
  harvest: async () => (await import('./harvest.ts')).harvest,
  csv: async () => (await import('./csv/csv.ts')).csv,
}

export const trackerNames = Object.keys(trackers)

/** Loads the tracker of that name; returns undefined if there is none. */
export async function loadTracker(name: string): Promise<TrackerDefinition | undefined> {
  return Object.hasOwn(trackers, name) ? await trackers[name]!() : undefined
}
