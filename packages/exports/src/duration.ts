/** Units of a plain number, in seconds. How long a day is differs from company to company. */
const unitSeconds = { hours: 3600, minutes: 60, seconds: 1 } as const

export const hoursUnits = ['hours', 'minutes', 'seconds', 'days'] as const
export type HoursUnit = (typeof hoursUnits)[number]

/** What is known of the durations of a file, besides what each of them says itself. */
export interface DurationRules {
  /** Unit of a plain number. */
  readonly unit: HoursUnit | undefined
  /** The unit is that of the export's format, and nobody confirmed it: a fraction of a second contradicts it. */
  readonly isUnitOfFormat?: boolean
  /** Hours of a working day, for `1d`. */
  readonly hoursPerDay: number | undefined
}

/** A duration, or why there is none. */
export type Duration =
  | { readonly kind: 'hours'; readonly hours: number }
  /** The timer still runs. */
  | { readonly kind: 'running' }
  | { readonly kind: 'invalid'; readonly reason: string }
  /** The value has a meaning, and a setting must say which. */
  | { readonly kind: 'open'; readonly question: 'unit' | 'hours-per-day' }

/** Words of the units as trackers write them: English, and German. */
const unitWords: Readonly<Record<string, HoursUnit>> = {
  ...nameUnit('days', 'd day days tag tage'),
  ...nameUnit('hours', 'h hr hrs hour hours std std. stunde stunden'),
  ...nameUnit('minutes', 'm min min. mins minute minutes minuten'),
  ...nameUnit('seconds', 's sec sec. secs second seconds sek sek. sekunde sekunden'),
}

function nameUnit(unit: HoursUnit, words: string): Record<string, HoursUnit> {
  return Object.fromEntries(words.split(' ').map((word) => [word, unit]))
}

/**
 * Infers the unit from the name of a column: "Rounded Hours", "Duration (decimal)", "Time (h)", "Minutes", "seconds".
 * @returns undefined if the name leaves the unit open: "Duration", "Duration H:M"
 */
export function inferHoursUnit(column: string): HoursUnit | undefined {
  const words = column
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
  const units = new Set(words.flatMap((word) => columnWords[word] ?? []))
  // One letter alone is no evidence, but it contradicts another unit: H:M.
  return units.size === 1 && !units.has('open') ? ([...units][0] as HoursUnit) : undefined
}

const columnWords: Readonly<Record<string, HoursUnit | 'open'>> = {
  ...nameUnit('hours', 'h hr hrs hour hours decimal'),
  ...nameUnit('minutes', 'min mins minute minutes'),
  ...nameUnit('seconds', 'sec secs second seconds'),
  ...nameUnit('days', 'day days'),
  m: 'open',
  s: 'open',
}

/**
 * Parses a duration: `2.5`, `2,5`, `.25`, `2:30`, `2:30:00`, `2.5h`, `2h 30m`, `150m`, `47:06 min`, `PT2H30M`. In JSON
 * a number is taken as it is. Nothing is guessed: a number whose unit is unknown is `open`.
 */
export function parseDuration(value: unknown, rules: DurationRules): Duration {
  if (typeof value === 'number') return toHours(value, rules, true)
  const text = String(value ?? '')
    .trim()
    .replaceAll(/\s+/g, ' ')
  return (
    parseClock(text) ??
    parseNumber(text, rules) ??
    parseIso(text) ??
    parseUnits(text, rules) ?? {
      kind: 'invalid',
      reason: `${JSON.stringify(text.slice(0, 100))} is not a duration such as 2.5, 2,5, 2:30, 2h 30m or PT2H30M`,
    }
  )
}

const hours = (count: number): Duration => ({ kind: 'hours', hours: count })

/** A value with a colon is h:mm or h:mm:ss; with the word "min" after it, m:ss. */
function parseClock(text: string): Duration | undefined {
  const match = /^(\d{1,5}):([0-5]\d)(?::([0-5]\d)(?:\.0+)?)?(?: ?(h|hrs?|min\.?))?$/i.exec(text)
  if (match === null) return undefined
  const [first, second, third] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)]
  if (!match[4]?.toLowerCase().startsWith('m')) return hours(first + second / 60 + third / 3600)
  return match[3] === undefined ? hours(first / 60 + second / 3600) : undefined
}

function parseNumber(text: string, rules: DurationRules): Duration | undefined {
  const match = /^(-?)(\d{0,12})(?:[.,](\d+))?$/.exec(text)
  if (match === null) return undefined
  const [, sign, whole = '', fraction] = match
  if (whole === '' && fraction === undefined) return undefined
  // 24 hours are the most that an entry can have, so in hours 5,430 can only be a decimal number.
  const mayBeThousands = fraction?.length === 3 && /^[1-9]\d{0,2}$/.test(whole)
  if (mayBeThousands && rules.unit !== undefined && rules.unit !== 'hours') {
    const read = `${whole}${fraction} or ${whole}.${fraction}`
    return { kind: 'invalid', reason: `"${text}" may be ${read}; write it without a separator of thousands` }
  }
  return toHours(
    Number(`${sign}${whole === '' ? '0' : whole}.${fraction ?? '0'}`),
    rules,
    fraction === undefined,
  )
}

/** Toggl's API writes the negative start, in Unix seconds, while a timer runs; the year 2001 began at 978,307,200. */
const runningSince = -978_307_200

function toHours(
  number: number,
  { unit, isUnitOfFormat, hoursPerDay }: DurationRules,
  isWhole: boolean,
): Duration {
  // Zero is the same in every unit.
  if (number === 0) return hours(0)
  if (number <= runningSince && Number.isSafeInteger(number)) return { kind: 'running' }
  if (unit === undefined) return { kind: 'open', question: 'unit' }
  // No tracker exports fractions of a second: the number is more likely one of hours.
  if (isUnitOfFormat && unit === 'seconds' && !(isWhole && Number.isInteger(number)))
    return { kind: 'open', question: 'unit' }
  if (unit !== 'days') return hours((number * unitSeconds[unit]) / unitSeconds.hours)
  return hoursPerDay === undefined ? { kind: 'open', question: 'hours-per-day' } : hours(number * hoursPerDay)
}

/** ISO 8601: `PT1H30M`. Days, months and years have no fixed number of hours worked. */
function parseIso(text: string): Duration | undefined {
  const number = '(\\d{1,9}(?:[.,]\\d+)?)'
  const match = new RegExp(`^P(?:0+D)?T(?:${number}H)?(?:${number}M)?(?:${number}S)?$`, 'i').exec(text)
  if (match === null || match.slice(1).every((part) => part === undefined)) return undefined
  const [h, m, s] = match.slice(1).map((part) => Number((part ?? '0').replace(',', '.'))) as [
    number,
    number,
    number,
  ]
  return hours(h + m / 60 + s / 3600)
}

/** `1h 30m`, `1.5 h`, `90 min`, `1h30`, `1d 2h`: each unit once, the largest first. */
function parseUnits(text: string, { hoursPerDay }: DurationRules): Duration | undefined {
  const withMinutes = text.replace(/^(\d+ ?h ?)([0-5]\d)$/i, '$1$2m')
  const parts = [...withMinutes.matchAll(/(\d{1,9}(?:[.,]\d+)?|[.,]\d+) ?(\p{L}+\.?),? ?/gu)]
  if (parts.length === 0 || parts.map(([all]) => all).join('') !== withMinutes) return undefined
  const order = ['days', 'hours', 'minutes', 'seconds'] as const
  let sum = 0
  let last = -1
  for (const [, number = '', word = ''] of parts) {
    const unit = unitWords[word.toLowerCase()]
    const position = unit === undefined ? -1 : order.indexOf(unit)
    if (position <= last) return undefined
    last = position
    const count = Number(number.replace(',', '.'))
    if (unit !== 'days') sum += (count * unitSeconds[unit!]) / unitSeconds.hours
    else if (hoursPerDay !== undefined) sum += count * hoursPerDay
    else if (count !== 0) return { kind: 'open', question: 'hours-per-day' }
  }
  return hours(sum)
}
