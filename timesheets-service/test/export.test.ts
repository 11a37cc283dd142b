import { once } from 'node:events'
import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect, test } from '@jest/globals'
import { identityHeader, requestIdHeader, signIdentity } from '@timesheets/runtime/identity'
import { PostgresEntryReader } from '../src/postgres/entry-reader.ts'
import { maxChunkBytes } from '../src/postgres/list/export.ts'
import { identitySecret, users } from './client.ts'
import { readList, upload } from './list-helpers.ts'
import { useService } from './service-fixture.ts'
import { openTestClient } from './use-test-client.ts'

const service = useService()
const { ann, maya } = users(() => service().app)

/** Several chunks. */
const many = 20_000

const csvOf = (target: string) => maya.request('GET', target, undefined, { accept: 'text/csv' })
const linesOf = (target: string) => maya.request('GET', target, undefined, { accept: 'application/x-ndjson' })
const parsed = (ndjson: string) =>
  ndjson
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))

beforeAll(async () => {
  await service().sql(
    `insert into timesheets (user_id, day, instant, date_written, project, seconds, notes, source, client_id)
     select 'many', date '2026-01-01' + g % 100, now(), (date '2026-01-01' + g % 100)::text, 'Ünïcode 🕐 ' || g, 900 + g % 7200,
            repeat('n', 200), 'harvest', 'test'
       from generate_series(1, $1::int) g`,
    [many],
  )
  await service().sql('analyze timesheets')
})

/** What a reader of RFC 4180 makes of a text. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]]
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)!.push(quoted?.replaceAll('""', '"') ?? plain!)
    if (end === '\r\n') rows.push([])
  }
  expect(rows.pop()).toEqual([])
  return rows
}

test('CSV: a header, the members of an entry, quoted as RFC 4180 has it', async () => {
  await upload(service(), [
    { user_id: 'csv', date: '2026-05-10T01:00:00+14:00', project: 'a "b", c\r\nd', hours: 0.3333, notes: '' },
    { user_id: 'csv', date: '2026-05-09', external_id: 'given' },
  ])
  const { status, headers, body } = await csvOf('/timesheets?user_id=csv')
  expect(status).toBe(200)
  expect(headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present')
  expect(headers.get('content-disposition')).toBe('attachment; filename="timesheets.csv"')
  const [names, ...rows] = readCsv(body)
  const entries = await readList(maya, '/timesheets?user_id=csv')
  const cellOf = (entry: Record<string, unknown>, name: string) => String(entry[name] ?? '')
  expect(rows).toEqual(entries.map((entry) => names!.map((name) => cellOf(entry, name))))
  expect(new Set(entries.flatMap(Object.keys))).toEqual(
    new Set(names!.filter((name) => !['returned_reason', 'correction'].includes(name))),
  )
  expect(body).toContain('\r\n')
})

test('CSV: no cell becomes a formula', async () => {
  const formulas = ['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\r=1', '=HYPERLINK("http://x")']
  await upload(
    service(),
    formulas.map((formula) => ({
      user_id: formula.trim(),
      project: formula,
      notes: formula,
      external_id: `${formula} of formulas`,
      date: '2026-01-01',
      source: 'formulas',
    })),
  )
  const [, ...rows] = readCsv((await csvOf('/timesheets?user_id=*&source=formulas')).body)
  expect(rows).toHaveLength(formulas.length)
  for (const row of rows) {
    for (const cell of [row[4]!, row[6]!, row[8]!]) expect(cell).toMatch(/^'[=+\-@\t\r]/)
    expect(row[0]).toMatch(/^\d+$/)
  }
  expect(new Set(rows.map((row) => row[4]!.slice(1)))).toEqual(new Set(formulas))
})

test('NDJSON: the same entries as the pages, one a line, whatever their number', async () => {
  const { headers, body } = await linesOf('/timesheets?user_id=many')
  expect(headers.get('content-type')).toBe('application/x-ndjson')
  const entries = parsed(body)
  expect(entries).toHaveLength(many)
  const keys = entries.map(({ day, id }) => `${day} ${String(id).padStart(10, '0')}`)
  expect(keys).toEqual(keys.toSorted().reverse())
  expect(new Set(keys).size).toBe(many)
  const page = await maya.request('GET', '/timesheets?user_id=many&limit=500')
  expect(entries.slice(0, 500)).toEqual(page.body)
})

test('nothing to export is a header, or nothing at all', async () => {
  expect((await csvOf('/timesheets?user_id=nobody')).body).toMatch(/^id,user_id,date,[\w,]+\r\n$/)
  expect((await linesOf('/timesheets?user_id=nobody')).body).toBe('')
  expect((await csvOf('/approvals?user_id=nobody')).status).toBe(200)
})

test('an export is as restricted as a list, and takes neither limit nor cursor', async () => {
  const accept = { accept: 'text/csv' }
  expect((await ann.request('GET', '/timesheets?user_id=*', undefined, accept)).status).toBe(403)
  for (const name of ['limit', 'cursor']) {
    const refused = await ann.request('GET', `/timesheets?${name}=5`, undefined, accept)
    expect(refused).toMatchObject({ status: 400, body: { parameter: name } })
  }
})

test('while others write, an export has every entry that does not change exactly once', async () => {
  // Only entries with an even id move.
  let writing = true
  const writer = (async () => {
    while (writing) {
      await service().sql(
        `update timesheets set day = date '2026-01-01' + (random() * 99)::int
          where user_id = 'many' and id in (select 2 * (random() * $1 / 2)::int from generate_series(1, 100))`,
        [many],
      )
    }
  })()
  try {
    for (let i = 0; i < 3; i++) {
      const ids = parsed((await linesOf('/timesheets?user_id=many')).body).map(({ id }) => id)
      const still = ids.filter((id) => id % 2 === 1)
      expect(still).toHaveLength(many / 2)
      expect(new Set(still).size).toBe(many / 2)
    }
  } finally {
    writing = false
    await writer
  }
})

test('an export as of an instant has chunks of bounded size, also if every entry changed since', async () => {
  await service().sql(
    `insert into timesheets (user_id, day, instant, date_written, project, seconds, notes, source, client_id)
     select 'all approved since', date '2026-01-01', now(), '2026-01-01', 'p', 3600, repeat('n', 1500), 'harvest', 'test'
       from generate_series(1, 10000)`,
  )
  const [row] = await service().sql<{ then: Date }>('select clock_timestamp() as then')
  await sleep(5)
  await service().sql(`update timesheets set approved_at = now() where user_id = 'all approved since'`)
  const filter = { userIds: ['all approved since'], approved: false }
  const database = openTestClient(service().databaseUrl)
  const reader = new PostgresEntryReader(database)
  let [lines, longest] = [0, 0]
  for await (const chunk of reader.exportEntries(filter, row!.then.toISOString(), 'ndjson')) {
    lines += chunk.split('\n').length - 1
    longest = Math.max(longest, chunk.length)
  }
  await database.$disconnect()
  expect(lines).toBe(10_000)
  expect(longest).toBeLessThan(maxChunkBytes + 2000)
})

test('a client that leaves during an export ends its statements', async () => {
  const target = '/timesheets?user_id=many'
  const requestId = 'leaves'
  const identity = signIdentity(
    { client: 'test', person: 'maya', scopes: ['read:reports'] },
    { method: 'GET', target, requestId },
    identitySecret,
  )
  const headers = {
    accept: 'text/csv',
    [requestIdHeader]: requestId,
    [identityHeader]: identity,
  }
  for (let i = 0; i < 5; i++) {
    const asking = request((await service().listen()) + target, { headers }).end()
    asking.on('error', () => {})
    const [response] = await once(asking, 'response')
    await once(response, 'data')
    asking.destroy()
  }
  const active = async () =>
    (
      await service().sql(
        `select from pg_stat_activity where datname = current_database() and state = 'active' and query like '%string_agg%'
          and pid <> pg_backend_pid()`,
      )
    ).length
  while ((await active()) > 0) await sleep(20)
  await sleep(100)
  expect(await active()).toBe(0)
  expect((await maya.request('GET', '/timesheets?user_id=many&limit=1')).status).toBe(200)
})
