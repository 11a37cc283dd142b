/** A parsed date: the calendar day in the offset of the text, and the instant. */
export interface ParsedDate {
  /** `YYYY-MM-DD`, in the offset of the text. */
  readonly day: string
  /** Milliseconds since 1970-01-01T00:00:00Z; smaller fractions are cut off. */
  readonly instantMs: number
}

/** The syntax of a date. It also matches days that do not exist, such as 2017-02-30. */
export const datePattern =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,30}))?(?:[Zz]|([+-])(\d{2}):(\d{2})))?$/

/**
 * Parses an RFC 3339 date-time with offset (section 5.6), or a full-date, which means midnight UTC.
 * A leap second (`:60`) is rejected, because neither JavaScript nor Postgres can store it.
 * @returns undefined if the text has another syntax, or if its day or time does not exist
 */
export function parseDate(text: string): ParsedDate | undefined {
  if (text !== last.text) last = { text, parsed: parse(text) }
  return last.parsed
}

/** An entry's date is checked, compared with today and converted, one right after the other. */
let last: { readonly text: string; readonly parsed: ParsedDate | undefined } = { text: '', parsed: undefined }

function parse(text: string): ParsedDate | undefined {
  const match = datePattern.exec(text)
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
