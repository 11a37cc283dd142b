import { expect, test } from '@jest/globals'
import { toHours } from '@timesheets/contracts/entry'
import { type StoredEntry, storedEntrySchema } from '@timesheets/contracts/stored-entry'
import { useTestClient } from '../../../test/use-test-client.ts'
import { Prisma } from '../generated/client.ts'
import { readEntries } from '../sql/read-entries.ts'
import { csvCell, jsonObject } from './serialize.ts'

const client = useTestClient()

const columns = {
  userId: '007 "B\\nd" 🕐\u2028',
  day: new Date('2026-05-10'),
  instant: new Date('2026-05-09T23:00:00Z'),
  dateWritten: '2026-05-10T01:00:00+02:00',
  project: 'a\tb\r\n"c"\u0001',
  seconds: 1200,
  source: 'harvest',
  clientId: 'test',
  createdAt: new Date('2026-05-10T00:00:00.120Z'),
  updatedAt: new Date('2026-05-10T00:00:00Z'),
}

const required = {
  user_id: columns.userId,
  date: columns.dateWritten,
  day: '2026-05-10',
  project: columns.project,
  hours: 0.3333,
  source: 'harvest',
  approved: false,
  version: 1,
  created_at: '2026-05-10T00:00:00.120Z',
  updated_at: '2026-05-10T00:00:00.000Z',
}

const storedContent = {
  user_id: 'ann',
  day: '2026-05-11',
  instant: '2026-05-11T00:00:00.000Z',
  date: '2026-05-11',
  project: 'q "r"',
  seconds: 5400,
}

async function store(data: Partial<Prisma.TimesheetCreateInput>): Promise<StoredEntry> {
  const { id } = await client().timesheet.create({ data: { ...columns, ...data } })
  const [entry] = await readEntries(client(), [Number(id)])
  expect(storedEntrySchema.parse(entry)).toEqual(entry)
  expect(entry!.id).toBe(Number(id))
  return entry!
}

test.each<[string, Partial<Prisma.TimesheetCreateInput>, Partial<StoredEntry>]>([
  ['only the required fields', {}, {}],
  ['empty notes', { notes: '' }, { notes: '' }],
  ['an external id', { externalId: '1/"2"' }, { external_id: '1/"2"' }],
  ['a deleted entry', { deletedAt: new Date() }, { deleted: true }],
  ['an approved entry', { approvedAt: new Date() }, { approved: true }],
  ['a returned entry', { returnedReason: 'why?\n' }, { returned_reason: 'why?\n' }],
  [
    'a pending correction',
    { correctionState: 'pending', correction: { ...storedContent, notes: 'n' } },
    {
      correction: {
        user_id: 'ann',
        date: '2026-05-11',
        day: '2026-05-11',
        project: 'q "r"',
        hours: 1.5,
        notes: 'n',
      },
    },
  ],
  [
    'a pending correction without notes',
    { correctionState: 'pending', correction: { ...storedContent, notes: null } },
    { correction: { user_id: 'ann', date: '2026-05-11', day: '2026-05-11', project: 'q "r"', hours: 1.5 } },
  ],
  [
    'a pending deletion',
    { correctionState: 'pending', correction: { deleted: true } },
    { correction: { deleted: true } },
  ],
  [
    'a discarded correction, which is not shown',
    { correctionState: 'discarded', correction: { deleted: true } },
    {},
  ],
  ['an applied correction', { correctionState: 'applied', correction: Prisma.DbNull }, {}],
])('an entry is read as the contract describes it: %s', async (_what, data, expected) => {
  const { id, ...entry } = await store(data)
  expect(entry).toEqual({ ...required, ...expected })
})

test('hours are the same as those that the contract computes, for every whole second of a day', async () => {
  const rows = await client().$queryRaw<{ entry: string }[]>(Prisma.sql`
    select ${jsonObject} as entry
      from (select seconds, seconds as id, 'u' as user_id, current_date as day, 'd' as date_written, 'p' as project,
                   null::text as notes, 's' as source, null::text as external_id, null::date as deleted_at,
                   null::date as approved_at, null::text as returned_reason, null::jsonb as correction,
                   null::text as correction_state, 1 as version, now() as created_at, now() as updated_at
              from generate_series(1, 86400) as seconds) as entry
     order by seconds`)
  const hours = rows.map(({ entry }) => (JSON.parse(entry) as StoredEntry).hours)
  expect(hours).toHaveLength(86_400)
  expect(hours.filter((value, i) => value !== toHours(i + 1))).toEqual([])
})

async function toCsvCell(text: string): Promise<string> {
  const cell = Prisma.raw(csvCell('value'))
  const [row] = await client().$queryRaw<
    [{ cell: string }]
  >`select ${cell} as cell from (select ${text}::text as value) as t`
  return row.cell
}

test('a CSV cell that a spreadsheet would read as a formula gets an apostrophe, whatever precedes the formula', async () => {
  const skipped = [
    '',
    ' ',
    '  ',
    '\t',
    '\n',
    '\r\n',
    '\v',
    '\u00a0',
    '\u200b',
    '\ufeff',
    '\u3000',
    '\u202e',
    '\u00ad',
    ' \u2060 ',
  ]
  for (const before of skipped) {
    for (const start of '=+-@＝＋－＠﹣⁺₌−') {
      const text = `${before}${start}1+1`
      expect(await toCsvCell(text)).toBe(`"'${text}"`)
    }
  }
  for (const text of ['\tx', '\nx', '\rx']) expect(await toCsvCell(text)).toBe(`"'${text}"`)
})

test('other CSV cells are only quoted', async () => {
  for (const text of ['StoreZero', ' StoreZero', 'a=b', '5-3', 'é', '', '👍', '1+1'])
    expect(await toCsvCell(text)).toBe(`"${text}"`)
  expect(await toCsvCell('say "hi"')).toBe('"say ""hi"""')
})
