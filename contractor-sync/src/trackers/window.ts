/** A range of days, `YYYY-MM-DD`, both inclusive. A missing end is open. */
export interface Window {
  readonly from?: string
  readonly to?: string
}

const dayMs = 86_400_000

/** Returns the day that lies `days` days after the instant's day in UTC; before it if `days` is negative. */
export function addDays(instant: Date, days: number): string {
  return new Date(instant.getTime() + days * dayMs).toISOString().slice(0, 10)
}

export function isInWindow({ from, to }: Window, day: string): boolean {
  return (from === undefined || day >= from) && (to === undefined || day <= to)
}

/** Describes the window for people. */
export function describeWindow({ from, to }: Window): string {
  if (from === undefined && to === undefined) return 'all days'
  if (from === undefined) return `days to ${to}`
  return to === undefined ? `days from ${from}` : `days from ${from} to ${to}`
}
