/** Days, both inclusive, as `YYYY-MM-DD`; an end that is left out is open. */
export interface Window {
  readonly from?: string
  readonly to?: string
}

const dayMs = 86_400_000

/** The day so many days before an instant's day in UTC. */
export function dayBefore(instant: Date, days: number): string {
  return new Date(instant.getTime() - days * dayMs).toISOString().slice(0, 10)
}

/** True where a day lies in the window. */
export function covers({ from, to }: Window, day: string): boolean {
  return (from === undefined || day >= from) && (to === undefined || day <= to)
}

/** The window in words. */
export function describeWindow({ from, to }: Window): string {
  if (from === undefined && to === undefined) return 'all days'
  if (from === undefined) return `days to ${to}`
  return to === undefined ? `days from ${from}` : `days from ${from} to ${to}`
}
