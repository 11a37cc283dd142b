/** A date as written, understood: the civil day in its own offset, and the instant. */
export interface WrittenDate {
  /** `YYYY-MM-DD`, in the offset it was written in. */
  readonly day: string
  /** Milliseconds since 1970-01-01T00:00:00Z; finer fractions are cut. */
  readonly instantMs: number
}

/** What a date looks like; which days there are it does not know. */
export const dateGrammar =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,30}))?(?:[Zz]|([+-])(\d{2}):(\d{2})))?$/

/**
 * Reads an RFC 3339 date-time with offset (section 5.6), or a full-date, whose instant is midnight UTC.
 * A leap second (`:60`) is not taken, since no clock here could keep it.
 * @returns undefined where the text is neither, or names a day or time that is not
 */
export function parseDate(text: string): WrittenDate | undefined {
  const match = dateGrammar.exec(text)
  if (match === null) return undefined
  const number = (group: number) => Number(match[group] ?? 0)
  const [year, month, dayOfMonth] = [number(1), number(2), number(3)]
  const [hour, minute, second] = [number(4), number(5), number(6)]
  const [offsetHours, offsetMinutes] = [number(9), number(10)]
  if (hour > 23 || minute > 59 || second > 59 || offsetHours > 23 || offsetMinutes > 59) return undefined
  const midnight = new Date(Date.UTC(2000, month - 1, dayOfMonth))
  midnight.setUTCFullYear(year, month - 1, dayOfMonth)
  if (midnight.getUTCMonth() !== month - 1 || midnight.getUTCDate() !== dayOfMonth) return undefined
  const offsetMs = (match[8] === '-' ? -1 : 1) * (offsetHours * 60 + offsetMinutes) * 60_000
  const milliseconds = Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'))
  const sinceMidnightMs = ((hour * 60 + minute) * 60 + second) * 1000 + milliseconds
  return { day: text.slice(0, 10), instantMs: midnight.getTime() + sinceMidnightMs - offsetMs }
}
