import { mkdir, rm, writeFile } from 'node:fs/promises'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { ConfigurationError } from '../src/errors.ts'
import type { WithholdingReason } from '../src/sync/deletions.ts'
import { csv } from '../src/trackers/csv/csv.ts'
import type { Tracker } from '../src/trackers/tracker.ts'
import { runInProcess } from './in-process-run.ts'
import { testEnvironment } from './test-environment.ts'

// Files that `CSV_WINDOW=file` declares to be complete for their people and days.

const env = testEnvironment()
const folder = () => env.file('exports')
beforeEach(async () => {
  await env.deleteEntries()
  await env.sql('truncate sync_runs cascade')
  await rm(folder(), { recursive: true, force: true })
  await mkdir(folder())
})

const header = 'external_id,user_id,date,project,hours'
/** Thirty entries of a person on the days of September 2026. */
const september = (user: string) =>
  Array.from({ length: 30 }, (_, i) => {
    const day = String(i + 1).padStart(2, '0')
    return `${user}-${day},${user},2026-09-${day},Site,1`
  })
const without = (rows: readonly string[], ...ids: readonly string[]) =>
  rows.filter((row) => !ids.some((id) => row.startsWith(`${id},`)))

interface Outcome {
  readonly counts: Readonly<Record<string, number>>
  readonly withheld: readonly (readonly [id: string, reason: WithholdingReason])[]
  readonly proof: string | undefined
}

const write = (name: string, rows: readonly string[], head = header) =>
  writeFile(`${folder()}/${name}`, `${[head, ...rows].join('\n')}\n`)

/** Writes the rows of each file, and syncs the folder. */
async function sync(
  files: Readonly<Record<string, readonly string[]>>,
  options: Parameters<typeof runInProcess>[1] = {},
  settings: Readonly<Record<string, string>> = { CSV_WINDOW: 'file' },
): Promise<Outcome> {
  for (const [name, rows] of Object.entries(files)) await write(name, rows)
  const report = await runInProcess(env, options, { SYNC_SOURCE: 'csv', CSV_PATH: folder(), ...settings })
  if (report.error !== undefined) throw report.error
  return {
    counts: Object.fromEntries(Object.entries(report.counts).filter(([, count]) => count > 0)),
    withheld: report.withheld.map(({ externalId, reason }) => [externalId, reason]),
    proof: report.proof?.outcome,
  }
}

/** Lets an hour pass since the reads so far. */
async function passHour(): Promise<void> {
  await env.sql(`update sync_rejections
                    set sent = jsonb_set(sent::jsonb, '{missing_since}', to_jsonb(to_char(
                          (sent->>'missing_since')::timestamptz at time zone 'UTC' - interval '61 minutes',
                          'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))
                  where sent->>'missing_since' is not null`)
}

const readDeleted = async () =>
  (
    await env.sql<{ id: string }>(
      'select external_id as id from timesheets where deleted_at is not null order by external_id',
    )
  ).map(({ id }) => id)

const ann = september('ann')
const extra = 'ann-x,ann,2026-09-30,Site,1'
const waiting = [['ann-10', 'awaiting-second-read']] as const

test('an entry that two different files miss, an hour apart, is deleted', async () => {
  expect(await sync({ 'a.csv': ann })).toEqual({ counts: { created: 30 }, withheld: [], proof: 'equal' })
  expect(await sync({ 'a.csv': without(ann, 'ann-10') })).toMatchObject({
    withheld: waiting,
    proof: 'not-provable',
  })
  await passHour()
  // The same file again proves nothing.
  expect(await sync({})).toMatchObject({ withheld: waiting })
  expect(await readDeleted()).toEqual([])

  const later = [...without(ann, 'ann-10'), 'ann-x,ann,2026-09-30,Site,1']
  expect(await sync({ 'a.csv': later })).toEqual({
    counts: { created: 1, unchanged: 29, deleted: 1 },
    withheld: [],
    proof: 'equal',
  })
  expect(await readDeleted()).toEqual(['ann-10'])
  expect(await sync({})).toEqual({ counts: { unchanged: 30 }, withheld: [], proof: 'equal' })
}, 60_000)

test('an entry of an export without ids, too', async () => {
  const withoutId = (row: string) => row.slice(row.indexOf(',') + 1)
  const [head, rows] = [withoutId(header), ann.map(withoutId)]
  await write('a.csv', rows, head)
  expect(await sync({})).toMatchObject({ counts: { created: 30 } })
  const less = rows.filter((row) => !row.includes('2026-09-10'))
  await write('a.csv', less, head)
  expect(await sync({})).toMatchObject({ counts: { unchanged: 29 }, proof: 'not-provable' })
  await passHour()
  await write('a.csv', [...less, 'ann,2026-09-29,Other,1'], head)
  expect(await sync({})).toMatchObject({ counts: { created: 1, unchanged: 29, deleted: 1 }, proof: 'equal' })
  expect((await env.readStoredTotals('csv')).count).toBe(30)
}, 60_000)

test('a dry run counts what would be deleted, and deletes nothing', async () => {
  await sync({ 'a.csv': ann })
  await sync({ 'a.csv': without(ann, 'ann-10') })
  await passHour()
  const later = [...without(ann, 'ann-10'), extra]
  expect(await sync({ 'a.csv': later }, { mode: 'plan' })).toMatchObject({
    counts: { created: 1, deleted: 1 },
  })
  expect(await readDeleted()).toEqual([])
}, 60_000)

test('a file that was not there before does not make a second read of the others', async () => {
  await sync({ 'a.csv': ann })
  await sync({ 'a.csv': without(ann, 'ann-10') })
  await passHour()
  expect(await sync({ 'b.csv': september('ben') })).toMatchObject({ withheld: waiting })
  await passHour()
  expect(await sync({ 'copy.csv': without(ann, 'ann-10') })).toMatchObject({ withheld: waiting })
  expect(await readDeleted()).toEqual([])
}, 60_000)

test('what is above a cap is deleted by --allow-deletes, once another file lacks it', async () => {
  await sync({ 'a.csv': ann })
  const less = ann.filter((_, i) => i < 10 || i > 20)
  await sync({ 'a.csv': less })
  const [run] = await env.sql<{ id: string }>('select max(id) as id from sync_runs')
  await passHour()
  await sync({ 'a.csv': [...less, extra] })
  expect(await readDeleted()).toEqual([])
  const outcome = await sync({}, { allowDeletesOf: Number(run!.id) })
  expect(outcome).toMatchObject({ counts: { deleted: 11 }, withheld: [], proof: 'equal' })
}, 60_000)

test('a file that cannot be read is reported, and costs no other', async () => {
  await writeFile(`${folder()}/c.csv.gz`, Buffer.from([0x1f, 0x8b, 8, 0]))
  expect(await sync({ 'a.csv': ann })).toMatchObject({ counts: { created: 30 }, proof: 'not-provable' })
}, 60_000)

test('a wrong path is a wrong setting', async () => {
  const settings = { CSV_WINDOW: 'file', CSV_PATH: `${folder()}/nothing` }
  await expect(sync({}, {}, settings)).rejects.toThrow(ConfigurationError)
}, 60_000)

test('a second file within the hour does not confirm, and an entry that was there again starts anew', async () => {
  await sync({ 'a.csv': ann })
  await sync({ 'a.csv': without(ann, 'ann-10') })
  expect(await sync({ 'a.csv': [...without(ann, 'ann-10'), 'ann-x,ann,2026-09-30,Site,1'] })).toMatchObject({
    withheld: waiting,
  })
  await passHour()
  expect(await sync({ 'a.csv': [...ann, 'ann-x,ann,2026-09-30,Site,1'] })).toMatchObject({ withheld: [] })
  await passHour()
  expect(await sync({ 'a.csv': without(ann, 'ann-10') })).toMatchObject({
    withheld: waiting,
  })
  expect(await readDeleted()).toEqual([])
}, 60_000)

/** Misses the entry in two files, an hour apart. */
async function missTwice(
  first: Readonly<Record<string, readonly string[]>>,
  second: Readonly<Record<string, readonly string[]>>,
  options: Parameters<typeof runInProcess>[1] = {},
  settings: Readonly<Record<string, string>> = { CSV_WINDOW: 'file' },
): Promise<Outcome> {
  await sync(first, options, settings)
  await passHour()
  return sync(second, options, settings)
}

describe('nothing is deleted', () => {
  const ben = september('ben')

  test('without the setting, or in a run of some days', async () => {
    await sync({ 'a.csv': ann })
    const less = without(ann, 'ann-10')
    await missTwice({ 'a.csv': less }, { 'a.csv': [...less, extra] }, { full: true }, {})
    const days = { since: '2026-09-01', until: '2026-09-30' }
    await missTwice({ 'a.csv': less }, { 'a.csv': [...less, extra] }, days)
    expect(await readDeleted()).toEqual([])
  }, 60_000)

  test('of people who are not in the files, and of days before the first and after the last', async () => {
    await sync({ 'a.csv': ann, 'b.csv': ben })
    await rm(`${folder()}/b.csv`)
    const inner = ann.slice(5, 25)
    const outcome = await missTwice(
      { 'a.csv': inner },
      { 'a.csv': [...inner, 'ann-x,ann,2026-09-10,Site,1'] },
    )
    expect(outcome).toMatchObject({ withheld: [], proof: 'equal' })
    expect(await readDeleted()).toEqual([])
  }, 60_000)

  test('on the first and the last day of a file: an export in another time zone lacks a part of them', async () => {
    await sync({ 'a.csv': [...ann, 'ann-0,ann,2026-09-01,Site,2', 'ann-31,ann,2026-09-30,Site,2'] })
    expect(await missTwice({ 'a.csv': ann }, { 'a.csv': [...ann, extra] })).toMatchObject({ withheld: [] })
    expect(await readDeleted()).toEqual([])
  }, 60_000)

  test('between the days of two files: each is complete for its own people and days', async () => {
    await sync({ 'all.csv': [...ann, ...ben] })
    await rm(`${folder()}/all.csv`)
    const files = { 'a.csv': ann.slice(0, 10), 'b.csv': ben.slice(20) }
    const outcome = await missTwice(files, { 'b.csv': [...ben.slice(20), 'ben-x,ben,2026-09-30,Site,1'] })
    expect(outcome).toMatchObject({ withheld: [], proof: 'equal' })
    expect(await readDeleted()).toEqual([])
  }, 60_000)

  test('if a row cannot be read, because it may be the missing one', async () => {
    await sync({ 'a.csv': ann })
    const broken = [...without(ann, 'ann-10'), 'ann-10,ann,2026-09-10,Site,one']
    const outcome = await missTwice({ 'a.csv': broken }, { 'a.csv': [...broken, extra] })
    expect(outcome.proof).toBe('not-provable')
    const nameless = [...without(ann, 'ann-10'), ',ann,2026-09-10,Site,one']
    await missTwice({ 'a.csv': nameless }, { 'a.csv': [...nameless, extra] })
    expect(await readDeleted()).toEqual([])
  }, 60_000)

  test.each<[string, string, Record<string, string>]>([
    ['the API rejects a row', ',ann,2206-09-10,Site,1', {}],
    ['the API rejects a row with an id', 'new,ann,2026-09-10,Site,25', {}],
    ['a row with a person is skipped', ',ann,2026-09-10,,1', { CSV_SKIP_ROWS_WITHOUT: 'project' }],
    ['the person of a row is unknown', ',,2026-09-10,Site,1', {}],
  ])(
    'if %s',
    async (_what, row, settings) => {
      const declared = { CSV_WINDOW: 'file', ...settings }
      await sync({ 'a.csv': ann }, {}, declared)
      const odd = [...without(ann, 'ann-10'), row]
      const outcome = await missTwice({ 'a.csv': odd }, { 'a.csv': [...odd, extra] }, {}, declared)
      expect(outcome.proof).toBe('not-provable')
      expect(await readDeleted()).toEqual([])
    },
    60_000,
  )

  test('above a cap: a fifth of the entries of a person, or the last one', async () => {
    await sync({ 'a.csv': [...ann, ...ben, 'kim-1,kim,2026-09-01,Site,1', 'kim-2,kim,2026-09-11,Site,1'] })
    const less = [...ann.slice(0, 20), ...ann.slice(29), ...ben, 'kim-1,kim,2026-09-01,Site,1']
    const outcome = await missTwice({ 'a.csv': less }, { 'a.csv': [...less, extra] })
    expect([...outcome.withheld].sort()).toEqual([
      ...ann.slice(20, 29).map((row) => [row.split(',')[0], 'person-cap']),
      ['kim-2', 'last-entry'],
    ])
    expect(await readDeleted()).toEqual([])
  }, 60_000)
})

test('a name in another Unicode form is the same person', async () => {
  const rows = (name: string) => ann.map((row) => row.replace(',ann,', `,${name},`))
  await sync({ 'a.csv': rows('Zo\u00eb') })
  expect(await sync({ 'a.csv': rows('Zoe\u0308') })).toEqual({
    counts: { unchanged: 30 },
    withheld: [],
    proof: 'equal',
  })
  const less = without(rows('Zoe\u0308'), 'ann-10')
  expect(await sync({ 'a.csv': less })).toMatchObject({ withheld: waiting })
  await passHour()
  expect(await sync({ 'a.csv': [...less, 'ann-x,Zo\u00eb,2026-09-29,Site,1'] })).toEqual({
    counts: { created: 1, unchanged: 29, deleted: 1 },
    withheld: [],
    proof: 'equal',
  })
}, 60_000)

test('a run tells the API whether its source can be proven', async () => {
  const readProvable = async () => {
    const [row] = await env.sql<{ stats: object }>('select stats from sync_runs order by id desc limit 1')
    return row!.stats
  }
  await sync({ 'a.csv': september('ann') }, {}, {})
  expect(await readProvable()).toMatchObject({ proof: 'not-provable', provable: false })
  await sync({})
  expect(await readProvable()).not.toHaveProperty('provable')
})

test('an entry that moves to another day of the file is not missing', async () => {
  await sync({ 'a.csv': ann })
  const moved = ann.map((row) => row.replace('ann-10,ann,2026-09-10', 'ann-10,ann,2024-02-01'))
  expect(await sync({ 'a.csv': moved })).toEqual({
    counts: { updated: 1, unchanged: 29 },
    withheld: [],
    proof: 'equal',
  })
}, 60_000)

test('files that change while they are read delete nothing', async () => {
  await sync({ 'a.csv': ann })
  const less = without(ann, 'ann-10')
  await sync({ 'a.csv': less })
  await passHour()
  const { open } = csv
  /** The tracker of a file that is written again whenever it was read. */
  const openChanging = (...args: Parameters<typeof open>): Tracker => {
    const tracker = open(...args)
    let reads = 0
    return {
      ...tracker,
      async *read(...selection) {
        yield* tracker.read(...selection)
        reads += 1
        await write('a.csv', [...less, `ann-x,ann,2026-09-30,Site,${reads}`])
      },
    }
  }
  Object.assign(csv, { open: openChanging })
  try {
    expect(await sync({ 'a.csv': [...less, extra] })).toMatchObject({
      withheld: [['ann-10', 'incomplete-read']],
      proof: 'not-provable',
    })
  } finally {
    Object.assign(csv, { open })
  }
  expect(await readDeleted()).toEqual([])
}, 60_000)
