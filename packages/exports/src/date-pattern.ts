import { createTime, type TimeParts, type WrittenTime } from './written-time.ts'

/** A date pattern of Unicode (UTS 35), compiled: `dd.MM.yyyy`, `MM/dd/yyyy`, `d MMM yy`. */
export interface DatePattern {
  readonly pattern: string
  parse(text: string): WrittenTime | undefined
}

const months = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
]

/** A part of a date, the letters that mean it, and the lengths that they may have. */
interface Token {
  readonly part: keyof TimeParts | 'monthName' | 'shortYear' | 'ignored'
  readonly regex: string
}

const letter = /^[A-Za-z]$/

/** Finds what a run of one letter means. */
function findToken(letters: string): Token | undefined {
  const [name, { length }] = [letters[0]!, letters]
  const number = (part: Token['part']): Token | undefined =>
    length <= 2 ? { part, regex: length === 2 ? '\\d{2}' : '\\d{1,2}' } : undefined
  switch (name) {
    case 'y':
      if (length === 2) return { part: 'shortYear', regex: '\\d{2}' }
      return length === 1 || length === 4 ? { part: 'year', regex: '\\d{4}' } : undefined
    case 'M':
    case 'L':
      return length === 3 || length === 4 ? { part: 'monthName', regex: '\\p{L}{3,9}' } : number('month')
    case 'd':
      return number('day')
    case 'E':
      return { part: 'ignored', regex: '\\p{L}+' }
    case 'H':
    case 'h':
      return number('hour')
    case 'm':
      return number('minute')
    case 's':
      return number('second')
    case 'S':
      return { part: 'fraction', regex: `\\d{1,9}` }
    case 'a':
      return { part: 'half', regex: '[AaPp]\\.?\\s?[Mm]\\.?' }
    case 'X':
    case 'x':
    case 'Z':
      return { part: 'offset', regex: '[Zz]|[+-]\\d{2}(?::?\\d{2})?' }
    default:
      return undefined
  }
}

/**
 * Compiles a pattern. Where digits are separated, one digit may be written instead of two (9/12/2026). Names of months are
 * English.
 * @throws an Error that says what is wrong, for the configuration's report
 */
export function compileDatePattern(pattern: string): DatePattern {
  const parts: Token['part'][] = []
  let regex = ''
  const pieces = splitPattern(pattern)
  for (const [i, piece] of pieces.entries()) {
    if (!piece.isToken) {
      regex += escapeText(piece.text)
      continue
    }
    const token = findToken(piece.text)
    if (token === undefined) throw new Error(`"${piece.text}" in "${pattern}" ${adviseOn(piece.text)}`)
    if (token.part !== 'ignored' && parts.includes(token.part))
      throw new Error(`"${pattern}" has "${piece.text}" twice`)
    const touchesDigits = [pieces[i - 1], pieces[i + 1]].some((other) => other?.isToken)
    const isLenient = token.regex === '\\d{2}' && token.part !== 'shortYear' && !touchesDigits
    regex += `(${isLenient ? '\\d{1,2}' : token.regex})`
    parts.push(token.part)
  }
  const has = (...names: Token['part'][]) => names.some((name) => parts.includes(name))
  if (!has('year', 'shortYear') || !has('month', 'monthName') || !has('day'))
    throw new Error(`"${pattern}" must have a year (yyyy or yy), a month (MM or MMM) and a day (dd)`)
  if (pieces.some(({ isToken, text }) => isToken && text.startsWith('h')) !== has('half'))
    throw new Error(`"${pattern}" must have "a" (AM or PM) with "h", and not with "H"`)
  const compiled = new RegExp(`^${regex}$`, 'u')
  return {
    pattern,
    parse(text) {
      const match = compiled.exec(text)
      return match === null ? undefined : toTime(parts, match.slice(1))
    },
  }
}

function toTime(parts: readonly Token['part'][], values: readonly string[]): WrittenTime | undefined {
  const read: Partial<Record<Token['part'], string>> = {}
  for (const [i, part] of parts.entries()) read[part] = values[i]!
  if (read.shortYear !== undefined) read.year = `20${read.shortYear}`
  if (read.monthName !== undefined) {
    const name = read.monthName.toLowerCase()
    const index = months.findIndex((month) => month === name || month.slice(0, 3) === name)
    if (index === -1 && name !== 'sept') return undefined
    read.month = String(name === 'sept' ? 9 : index + 1)
  }
  const { year, month, day, hour, minute, second, fraction, offset, half } = read
  return createTime({ year, month, day, hour, minute, second, fraction, offset, half })
}

interface Piece {
  readonly isToken: boolean
  readonly text: string
}

/** Splits a pattern into runs of one letter and the text between them; text in apostrophes is literal. */
function splitPattern(pattern: string): readonly Piece[] {
  const pieces: Piece[] = []
  for (const [text, quoted] of pattern.matchAll(/'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+|'/g)) {
    if (text === "'") throw new Error(`"${pattern}" has an apostrophe that is not closed`)
    if (quoted !== undefined)
      pieces.push({ isToken: false, text: quoted === '' ? "'" : quoted.replaceAll("''", "'") })
    else pieces.push({ isToken: letter.test(text[0]!), text })
  }
  return pieces
}

/** A blank in a pattern matches any kind of blank: programs write a narrow one before PM. */
function escapeText(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&').replaceAll(/\s+/g, '\\s+')
}

function adviseOn(letters: string): string {
  const lower = { Y: 'yyyy, the year', D: 'dd, the day of the month' }[letters[0]!]
  return lower === undefined ? 'is not a part of a date' : `must be ${lower}`
}
