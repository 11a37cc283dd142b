import type { EntryDetails } from '../trackers/tracker.ts'

const hoursFormat = new Intl.NumberFormat('en-US', { maximumFractionDigits: 4 })

/** Formats what is known of an entry, without the person: `2026-05-10, StoreZero, 5 h`. Hours that are no number are quoted. */
export function formatEntry({ day, project, hours }: EntryDetails): string {
  const amount = typeof hours === 'string' ? `hours "${hours}"` : formatHours(hours)
  return [day, project, amount].filter((part) => part !== undefined).join(', ')
}

const formatHours = (hours: number | undefined) =>
  hours === undefined ? undefined : `${hoursFormat.format(hours)} h`
