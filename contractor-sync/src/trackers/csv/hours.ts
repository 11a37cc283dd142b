/** Units that a number in the hours column may have, in seconds. */
const unitSeconds = { hours: 3600, minutes: 60, seconds: 1 } as const

export type HoursUnit = keyof typeof unitSeconds

export const hoursUnits = Object.keys(unitSeconds) as HoursUnit[]

/**
 * Infers the unit from the name of a column that contains hours: "hours", "Rounded Hours", "totalHours", "Duration (decimal)",
 * "Time (h)".
 * @returns undefined if the name leaves the unit open: "Duration", "Time Spent (minutes)"
 */
export function inferHoursUnit(column: string): HoursUnit | undefined {
  const words = column
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
  const hasWord = (...candidates: string[]) => candidates.some((word) => words.includes(word))
  if (hasWord('minutes', 'minute', 'mins', 'min', 'm', 'seconds', 'second', 'secs', 'sec', 's'))
    return undefined
  return hasWord('hours', 'hour', 'hrs', 'hr', 'h', 'decimal') ? 'hours' : undefined
}

/**
 * Parses a duration: 2.5, 2,5 or 2:30. In JSON a number is taken as it is.
 * @param unit of a plain number; a value with a colon is always h:mm or h:mm:ss
 * @returns hours; `invalid` if it is none of these, `no-unit` for a plain number of unknown unit
 */
export function parseHours(value: unknown, unit: HoursUnit | undefined): number | 'invalid' | 'no-unit' {
  const number = typeof value === 'number' ? value : parseText(String(value ?? '').trim())
  if (typeof number !== 'number') return number.hours ?? 'invalid'
  // Zero is the same in every unit.
  if (number === 0) return 0
  return unit === undefined ? 'no-unit' : (number * unitSeconds[unit]) / unitSeconds.hours
}

/** Returns hours, or a plain number without a unit. */
function parseText(text: string): number | { readonly hours: number | undefined } {
  const clock = /^(\d{1,4}):([0-5]\d)(?::([0-5]\d))?$/.exec(text)
  if (clock !== null) {
    return { hours: Number(clock[1]) + Number(clock[2]) / 60 + Number(clock[3] ?? 0) / 3600 }
  }
  return /^-?\d{1,6}([.,]\d+)?$/.test(text) ? Number(text.replace(',', '.')) : { hours: undefined }
}
