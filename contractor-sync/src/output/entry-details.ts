import type { EntryDetails } from '../trackers/tracker.ts'

const hoursFormat = new Intl.NumberFormat('en-US', { maximumFractionDigits: 4 })

/** Formats what is known of an entry, without the person: `2026-05-10, StoreZero, 5 h`. */
export function formatEntry({ day, project, hours }: EntryDetails): string {
  const amount = typeof hours === 'number' ? hoursFormat.format(hours) : hours
  return [day, project, amount === undefined ? undefined : `${amount} h`]
    .filter((part) => part !== undefined)
    .join(', ')
}
