import { expect, test } from '@jest/globals'
import { compileDatePattern } from '../src/date-pattern.ts'
import type { HoursUnit } from '../src/duration.ts'
import type { ExportFile } from '../src/export-file.ts'
import type { ExportOptions } from '../src/options.ts'
import { type ExportRecord, readExports } from '../src/read-exports.ts'
import { createRandom, type Random } from './seeded-random.ts'

/**
 * Random tables: the test knows what each row means, because it wrote it. What is read must be that, to the second; if a
 * setting is left out, it may be refused or asked for, but never be something else.
 */

const rounds = Number(process.env.FUZZ_ROUNDS ?? 400)

/** What a row means. */
interface Meaning {
  readonly id: string
  readonly person: string
  readonly day: string
  readonly project: string
  readonly seconds: number
  readonly notes: string
}

/** A way to write durations, and what must be set so that it can be read. */
interface DurationStyle {
  readonly name: string
  readonly write: (seconds: number) => string
  /** The durations that can be written so without loss. */
  readonly step: number
  readonly column?: string
  readonly unit?: HoursUnit
}

const pad = (number: number) => String(number).padStart(2, '0')
const parts = (seconds: number) =>
  [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60] as const
const comma = (text: string) => text.replace('.', ',')

const durationStyles: readonly DurationStyle[] = [
  { name: 'decimal point', write: (s) => String(s / 3600), step: 36, unit: 'hours' },
  { name: 'decimal comma', write: (s) => comma(String(s / 3600)), step: 36, unit: 'hours' },
  { name: 'no leading zero', write: (s) => String(s / 3600).replace(/^0\./, '.'), step: 36, unit: 'hours' },
  { name: 'hours in the column', write: (s) => String(s / 3600), step: 36, column: 'Hours worked' },
  { name: 'minutes', write: (s) => String(s / 60), step: 60, unit: 'minutes' },
  { name: 'minutes in the column', write: (s) => String(s / 60), step: 60, column: 'Time (min)' },
  { name: 'seconds', write: String, step: 1, unit: 'seconds' },
  { name: 'seconds in the column', write: String, step: 1, column: 'duration_seconds' },
  { name: 'days', write: (s) => String(s / 28_800), step: 288, unit: 'days' },
  { name: 'h:mm', write: (s) => `${parts(s)[0]}:${pad(parts(s)[1])}`, step: 60 },
  { name: 'hh:mm:ss', write: (s) => parts(s).map(pad).join(':'), step: 1 },
  {
    name: '1h 30m 5s',
    write: (s) =>
      parts(s)
        .map((part, i) => `${part}${'hms'[i]}`)
        .join(' '),
    step: 1,
  },
  { name: '1.5h', write: (s) => `${s / 3600}h`, step: 36 },
  { name: '1,5 h', write: (s) => `${comma(String(s / 3600))} h`, step: 36 },
  { name: '90m', write: (s) => `${s / 60}m`, step: 60 },
  { name: 'm:ss min', write: (s) => `${Math.floor(s / 60)}:${pad(s % 60)} min`, step: 1 },
  { name: 'ISO 8601', write: (s) => `PT${parts(s)[0]}H${parts(s)[1]}M${parts(s)[2]}S`, step: 1 },
  { name: 'ISO 8601 in seconds', write: (s) => `PT${s}S`, step: 1 },
]

const monthNames = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
const split = (day: string) => day.split('-').map(Number) as [number, number, number]

/** Ways to write days; without a pattern, ISO 8601. */
const dateStyles: readonly { readonly pattern?: string; readonly write: (day: string) => string }[] = [
  { write: (day) => day },
  { write: (day) => `${day}T09:30:00+0200` },
  { write: (day) => `${day}T23:59:59.999-11:00` },
  { write: (day) => `${day} 09:30` },
  { pattern: 'dd.MM.yyyy', write: (day) => day.split('-').reverse().join('.') },
  { pattern: 'MM/dd/yyyy', write: (day) => [split(day)[1], split(day)[2], split(day)[0]].join('/') },
  { pattern: 'dd/MM/yyyy', write: (day) => [split(day)[2], split(day)[1], split(day)[0]].join('/') },
  { pattern: 'yyyyMMdd', write: (day) => day.replaceAll('-', '') },
  { pattern: 'yyyy-dd-MM', write: (day) => [day.slice(0, 4), day.slice(8), day.slice(5, 7)].join('-') },
  {
    pattern: 'd MMM yy',
    write: (day) => `${split(day)[2]} ${monthNames[split(day)[1] - 1]} ${day.slice(2, 4)}`,
  },
  {
    pattern: 'MMM d, yyyy, h:mm a',
    write: (day) => `${monthNames[split(day)[1] - 1]} ${split(day)[2]}, ${split(day)[0]}, 6:25 PM`,
  },
]

const encodings: readonly {
  readonly name: string
  readonly isSet: boolean
  readonly encode: (text: string) => Uint8Array
}[] = [
  { name: 'utf-8', isSet: false, encode: (text) => Buffer.from(text) },
  { name: 'utf-8', isSet: false, encode: (text) => Buffer.from(`\ufeff${text}`) },
  { name: 'utf-16le', isSet: false, encode: (text) => Buffer.from(`\ufeff${text}`, 'utf16le') },
  { name: 'utf-16be', isSet: false, encode: (text) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16() },
  { name: 'utf-16le', isSet: true, encode: (text) => Buffer.from(text, 'utf16le') },
  { name: 'windows-1252', isSet: true, encode: (text) => Buffer.from(text, 'latin1') },
]

const words = [
  'Layout',
  'Grüße an José',
  'the "new" page',
  '27" screen',
  'a, b; c',
  'two\nlines',
  '=1+1',
  " 'quoted' ",
  'ñandú\ttab',
  '',
]

function createMeanings(random: Random, step: number): readonly Meaning[] {
  return Array.from({ length: 1 + random.integer(8) }, (_, i) => ({
    id: `${i + 1}`,
    person: random.pick(['kim', 'José', 'ann']),
    day: `2026-${pad(1 + random.integer(12))}-${pad(1 + random.integer(28))}`,
    project: random.pick(['Site', 'Café', 'A/B "test"']),
    seconds: Math.max(step, Math.floor((random.next() * 86_400) / step) * step),
    notes: random.pick(words),
  }))
}

interface Table {
  readonly text: string
  readonly encoding: (typeof encodings)[number]
  readonly options: ExportOptions
  readonly style: DurationStyle
}

function writeTable(random: Random, style: DurationStyle, meanings: readonly Meaning[]): Table {
  const date = random.pick(dateStyles)
  const delimiter = random.pick([',', ';', '\t', '|'])
  const encoding = random.pick(encodings)
  const isDeclared = delimiter !== '\t' && random.chance(0.3)
  const lineEnd = () => random.pick(['\n', '\r\n'])
  const column = style.column ?? 'Spent'
  const header = ['Key', 'Who', 'When', column, 'Job', 'Text', 'Sprint', 'Sprint']
  const quote = (cell: string) => `"${cell.replaceAll('"', '""')}"`
  const write = (cell: string) => {
    const needsQuotes = /["\r\n]/.test(cell) || cell.includes(delimiter) || cell !== cell.trim()
    return needsQuotes || random.chance(0.2) ? quote(cell) : cell
  }
  const rows = meanings.map(({ id, person, day, project, seconds, notes }) =>
    [id, person, date.write(day), style.write(seconds), project, notes, 'a', 'b'].map(write).join(delimiter),
  )
  const lines = [
    ...(random.chance(0.2) ? ['Hours of ACME', ''] : []),
    header.join(delimiter),
    ...rows.flatMap((row) => (random.chance(0.1) ? [delimiter.repeat(7), row] : [row])),
  ]
  const body = lines.map((line) => `${line}${random.chance(0.1) ? delimiter : ''}${lineEnd()}`).join('')
  return {
    text: isDeclared ? `sep=${delimiter}\r\n${body}` : body,
    encoding,
    style,
    options: {
      format: random.pick(['auto', 'custom'] as const),
      columns: {
        external_id: 'Key',
        user_id: 'Who',
        date: 'When',
        hours: column,
        project: 'Job',
        notes: 'Text',
      },
      hoursUnit: style.unit,
      hoursPerDay: style.unit === 'days' ? 8 : undefined,
      dateFormat: date.pattern === undefined ? undefined : compileDatePattern(date.pattern),
      timeZone: undefined,
      delimiter: isDeclared ? undefined : delimiter,
      encoding: encoding.isSet ? encoding.name : undefined,
      listPath: undefined,
      defaultProject: undefined,
      skipRowsWithout: undefined,
    },
  }
}

async function read(
  { text, encoding }: Table,
  options: ExportOptions,
  random: Random,
): Promise<ExportRecord[]> {
  const bytes = encoding.encode(text)
  const file: ExportFile = {
    name: 'a.csv',
    type: 'csv',
    async *readBytes() {
      for (let at = 0; at < bytes.length; ) {
        const end = at + 1 + random.integer(bytes.length)
        yield bytes.subarray(at, end)
        at = end
      }
    },
    readSheet: async () => [],
  }
  return await Array.fromAsync(readExports([file], { options }))
}

/** What a row is read as. Blanks around notes are kept, and empty ones are none. */
const expected = ({ id, person, day, project, seconds, notes }: Meaning) => [
  id,
  person,
  day,
  project,
  seconds,
  notes.trim() === '' ? null : notes,
]
const actual = (record: ExportRecord) =>
  record.kind === 'entry'
    ? [
        record.externalId,
        record.person.userId,
        record.date.slice(0, 10),
        record.project,
        Math.round(record.hours * 3600),
        record.notes,
      ]
    : [record.kind]

test(`${rounds} random tables are read as they were meant`, async () => {
  for (let seed = 1; seed <= rounds; seed += 1) {
    const random = createRandom(seed)
    const style = random.pick(durationStyles)
    const meanings = createMeanings(random, style.step)
    const table = writeTable(random, style, meanings)
    const records = await read(table, table.options, random)
    expect({ seed, style: style.name, read: records.map(actual) }).toEqual({
      seed,
      style: style.name,
      read: meanings.map(expected),
    })
  }
})

/** Settings that an operator may not have set. */
const omissible = ['hoursUnit', 'hoursPerDay', 'dateFormat', 'delimiter', 'encoding'] as const

test(`${rounds} random tables without one of their settings are never read as something else`, async () => {
  let refused = 0
  for (let seed = 1; seed <= rounds; seed += 1) {
    const random = createRandom(100_000 + seed)
    const style = random.pick(durationStyles)
    const meanings = createMeanings(random, style.step)
    const table = writeTable(random, style, meanings)
    const omitted = random.pick(omissible)
    // Without its pattern, this one is ISO 8601, and nobody could know better.
    if (omitted === 'dateFormat' && table.options.dateFormat?.pattern === 'yyyy-dd-MM') continue
    const options = { ...table.options, [omitted]: undefined }
    const meant = new Map(meanings.map((meaning) => [meaning.id, expected(meaning)]))
    let records: ExportRecord[] = []
    try {
      records = await read(table, options, random)
    } catch (error) {
      // Only what is meant for people, never a crash.
      expect({ seed, name: (error as Error).name }).toEqual({
        seed,
        name: expect.stringMatching(/^Export\w+Error$/),
      })
      refused += 1
    }
    for (const record of records) {
      if (record.kind !== 'entry') continue
      expect({ seed, omitted, read: actual(record) }).toEqual({
        seed,
        omitted,
        read: meant.get(record.externalId),
      })
    }
  }
  // Otherwise this test would show nothing.
  expect(refused).toBeGreaterThan(rounds / 20)
})

test(`${rounds} random shifts have the length that passed, or are rejected`, async () => {
  let rejected = 0
  for (let seed = 1; seed <= rounds; seed += 1) {
    const random = createRandom(200_000 + seed)
    const zone = random.pick([
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
      'UTC',
    ])
    // Around the nights when clocks change, in half of the rounds.
    const around = random.pick([
      '2026-03-08',
      '2026-03-29',
      '2026-04-05',
      '2026-10-04',
      '2026-10-25',
      '2026-11-01',
    ])
    const base =
      Date.parse(`${around}T00:00:00Z`) + (random.chance(0.5) ? random.integer(200) * 86_400_000 : 0)
    const start = base + random.integer(48 * 60) * 60_000 - 24 * 3_600_000
    const seconds = 60 * (1 + random.integer(12 * 60))
    const [from, to] = [formatLocal(start, zone), formatLocal(start + seconds * 1000, zone)]
    const text = `external_id,user_id,project,start,end\n1,kim,Site,${from},${to}\n`
    const table: Table = {
      text,
      encoding: encodings[0]!,
      style: durationStyles[0]!,
      options: { ...noOptions, timeZone: zone },
    }
    const [record] = await read(table, table.options, random).catch((error: Error) => {
      expect(error.message).toMatch(/happened twice|is before the start/)
      rejected += 1
      return []
    })
    if (record !== undefined)
      expect({ seed, from, to, read: actual(record) }).toEqual({
        seed,
        from,
        to,
        read: ['1', 'kim', from.slice(0, 10), 'Site', seconds, null],
      })
  }
  expect(rejected).toBeLessThan(rounds / 5)
})

const noOptions: ExportOptions = {
  format: 'auto',
  columns: {},
  hoursUnit: undefined,
  hoursPerDay: undefined,
  dateFormat: undefined,
  timeZone: undefined,
  delimiter: undefined,
  encoding: undefined,
  listPath: undefined,
  defaultProject: undefined,
  skipRowsWithout: undefined,
}

/** The local time by the runtime's own calendar, which the package does not use. */
function formatLocal(ms: number, timeZone: string): string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
  return format.format(ms).replace(' ', ' ')
}
