import { parseDate } from '@timesheets/contracts/date'

/** A date or a time as a file has it: without the day, without the time, or without an offset. */
export interface WrittenTime {
  /** `YYYY-MM-DD`; undefined for a time of day. */
  readonly day: string | undefined
  /** `HH:mm:ss`, with a fraction if it was written; undefined for a day alone. */
  readonly time: string | undefined
  /** `Z`, or `+02:00`. */
  readonly offset: string | undefined
}

const isoOffset = '([Zz]|[+-]\\d{2}(?::?\\d{2})?)'
const isoPattern = new RegExp(
  `^(\\d{4})-(\\d{2})-(\\d{2})(?:[Tt ](\\d{2}):(\\d{2})(?::(\\d{2})(?:[.,](\\d{1,30}))?)?(?: ?${isoOffset})?)?$`,
)
/** The basic format of ISO 8601, which Timewarrior writes: `20260901T090000Z`. A day alone would be a number. */
const basicPattern = new RegExp(`^(\\d{4})(\\d{2})(\\d{2})T(\\d{2})(\\d{2})(\\d{2})()${isoOffset}?$`)

/** Parses ISO 8601: a day, or a day and a time, with an offset (with or without colon) or without one. */
export function parseIsoTime(text: string): WrittenTime | undefined {
  const match = isoPattern.exec(text) ?? basicPattern.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second, fraction, offset] = match
  return createTime({ year, month, day, hour, minute, second, fraction, offset })
}

/** Parses a time of day: `9:00`, `09:00:30`, `9:00 PM`, `09:00:00 AM`. */
export function parseTimeOfDay(text: string): WrittenTime | undefined {
  const match = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s*([ap]\.?\s?m\.?)?$/i.exec(text)
  if (match === null) return undefined
  const [, hour, minute, second, fraction, half] = match
  // 24:00 is the end of a day.
  if (hour === '24' && half === undefined && `${minute}${second ?? ''}`.match(/^0+$/))
    return { day: undefined, time: '24:00:00', offset: undefined }
  return createTime({ hour, minute, second, fraction, half })
}

/** The parts of a date as text. */
export interface TimeParts {
  readonly year?: string | undefined
  readonly month?: string | undefined
  readonly day?: string | undefined
  readonly hour?: string | undefined
  readonly minute?: string | undefined
  readonly second?: string | undefined
  readonly fraction?: string | undefined
  readonly offset?: string | undefined
  /** AM or PM. */
  readonly half?: string | undefined
}

/** Composes a date from its parts; returns undefined if the day or the time does not exist. */
export function createTime(parts: TimeParts): WrittenTime | undefined {
  const day =
    parts.year === undefined ? undefined : `${parts.year}-${pad(parts.month ?? '')}-${pad(parts.day ?? '')}`
  const time = parts.hour === undefined ? undefined : toTime(parts)
  if (parts.hour !== undefined && time === undefined) return undefined
  const offset = parts.offset === undefined ? undefined : toOffset(parts.offset)
  const isValid = parseDate(`${day ?? '2000-01-01'}T${time ?? '00:00:00'}${offset ?? 'Z'}`) !== undefined
  return isValid ? { day, time, offset } : undefined
}

const pad = (digits: string) => digits.padStart(2, '0')

function toTime({ hour = '', minute = '00', second = '00', fraction, half }: TimeParts): string | undefined {
  let number = Number(hour)
  if (half !== undefined) {
    if (number < 1 || number > 12) return undefined
    number = (number % 12) + (half.toLowerCase().startsWith('p') ? 12 : 0)
  }
  return `${pad(String(number))}:${pad(minute)}:${pad(second)}${fraction ? `.${fraction}` : ''}`
}

/** RFC 3339 has a colon in the offset, and minutes. */
function toOffset(text: string): string {
  if (text === 'z' || text === 'Z') return 'Z'
  const digits = text.slice(1).replace(':', '').padEnd(4, '0')
  return `${text[0]}${digits.slice(0, 2)}:${digits.slice(2)}`
}
