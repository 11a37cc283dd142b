import { once } from 'node:events'
import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect, test } from '@jest/globals'
import { identityHeader, requestIdHeader, signIdentity } from '@timesheets/runtime/identity'
import { PostgresEntryReader } from '../src/postgres/entry-reader.ts'
import { maxChunkBytes } from '../src/postgres/list/export.ts'
import { identitySecret, users } from './client.ts'
import { readList, uploadEntries } from './list-helpers.ts'
import { useService } from './service-fixture.ts'
import { openTestClient } from './use-test-client.ts'

const service = useService()
const { ann, maya } = users(() => service().app)

/** Entries that need several chunks. */
const many = 20_000

const exportCsv = (target: string) => maya.request('GET', target, undefined, { accept: 'text/csv' })
const exportNdjson = (target: string) =>
  maya.request('GET', target, undefined, { accept: 'application/x-ndjson' })
const parseNdjson = (ndjson: string) =>
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

/** Parses CSV (RFC 4180). */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]]
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)!.push(quoted?.replaceAll('""', '"') ?? plain!)
    if (end === '\r\n') rows.push([])
  }
  expect(rows.pop()).toEqual([])
  return rows
}

test('exports CSV with a header, and quotes cells as RFC 4180 requires', async () => {
  await uploadEntries(service(), [
    { user_id: 'csv', date: '2026-05-10T01:00:00+14:00', project: 'a "b", c\r\nd', hours: 0.3333, notes: '' },
    { user_id: 'csv', date: '2026-05-09', external_id: 'given' },
  ])
  const { status, headers, body } = await exportCsv('/timesheets?user_id=csv')
  expect(status).toBe(200)
  expect(headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present')
  expect(headers.get('content-disposition')).toBe('attachment; filename="timesheets.csv"')
  const [names, ...rows] = parseCsv(body)
  const entries = await readList(maya, '/timesheets?user_id=csv')
  const toCell = (entry: Record<string, unknown>, name: string) => String(entry[name] ?? '')
  expect(rows).toEqual(entries.map((entry) => names!.map((name) => toCell(entry, name))))
  expect(new Set(entries.flatMap(Object.keys))).toEqual(
    new Set(names!.filter((name) => !['returned_reason', 'correction'].includes(name))),
  )
  expect(body).toContain('\r\n')
})

test('exports no cell that a spreadsheet would evaluate as a formula', async () => {
  const formulas = ['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\r=1', '=HYPERLINK("http://x")']
  await uploadEntries(
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
  const [, ...rows] = parseCsv((await exportCsv('/timesheets?user_id=*&source=formulas')).body)
  expect(rows).toHaveLength(formulas.length)
  for (const row of rows) {
    for (const cell of [row[4]!, row[6]!, row[8]!]) expect(cell).toMatch(/^'[=+\-@\t\r]/)
    expect(row[0]).toMatch(/^\d+$/)
  }
  expect(new Set(rows.map((row) => row[4]!.slice(1)))).toEqual(new Set(formulas))
})

test('exports the entries of all pages as NDJSON, one per line', async () => {
  const { headers, body } = await exportNdjson('/timesheets?user_id=many')
  expect(headers.get('content-type')).toBe('application/x-ndjson')
  const entries = parseNdjson(body)
  expect(entries).toHaveLength(many)
  const keys = entries.map(({ day, id }) => `${day} ${String(id).padStart(10, '0')}`)
  expect(keys).toEqual(keys.toSorted().reverse())
  expect(new Set(keys).size).toBe(many)
  const page = await maya.request('GET', '/timesheets?user_id=many&limit=500')
  expect(entries.slice(0, 500)).toEqual(page.body)
})

test('exports an empty list as a CSV header, or as empty NDJSON', async () => {
  expect((await exportCsv('/timesheets?user_id=unknown')).body).toMatch(/^id,user_id,date,[\w,]+\r\n$/)
  expect((await exportNdjson('/timesheets?user_id=unknown')).body).toBe('')
  expect((await exportCsv('/approvals?user_id=unknown')).status).toBe(200)
})

test('an export needs the scopes of a list, and rejects limit and cursor', async () => {
  const accept = { accept: 'text/csv' }
  expect((await ann.request('GET', '/timesheets?user_id=*', undefined, accept)).status).toBe(403)
  for (const name of ['limit', 'cursor']) {
    const rejected = await ann.request('GET', `/timesheets?${name}=5`, undefined, accept)
    expect(rejected).toMatchObject({ status: 400, body: { parameter: name } })
  }
})

test('an export during writes has every entry that does not change exactly once', async () => {
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
      const ids = parseNdjson((await exportNdjson('/timesheets?user_id=many')).body).map(({ id }) => id)
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
     select 'approved since', date '2026-01-01', now(), '2026-01-01', 'p', 3600, repeat('n', 1500), 'harvest', 'test'
       from generate_series(1, 10000)`,
  )
  const [row] = await service().sql<{ then: Date }>('select clock_timestamp() as then')
  await sleep(5)
  await service().sql(`update timesheets set approved_at = now() where user_id = 'approved since'`)
  const filter = { userIds: ['approved since'], approved: false }
  const database = openTestClient(service().databaseUrl)
  const reader = new PostgresEntryReader(database)
  let [lines, longest] = [0, 0]
  for await (const chunk of reader.exportEntries({
    filter,
    asOf: row!.then.toISOString(),
    format: 'ndjson',
    readableNames: undefined,
  })) {
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
    { method: 'GET', target, requestId, headers: {} },
    identitySecret,
  )
  const headers = {
    accept: 'text/csv',
    [requestIdHeader]: requestId,
    [identityHeader]: identity,
  }
  for (let i = 0; i < 5; i++) {
    const outgoing = request((await service().listen()) + target, { headers }).end()
    outgoing.on('error', () => {})
    const [response] = await once(outgoing, 'response')
    await once(response, 'data')
    outgoing.destroy()
  }
  const countActive = async () =>
    (
      await service().sql(
        `select from pg_stat_activity where datname = current_database() and state = 'active' and query like '%string_agg%'
          and pid <> pg_backend_pid()`,
      )
    ).length
  while ((await countActive()) > 0) await sleep(20)
  await sleep(100)
  expect(await countActive()).toBe(0)
  expect((await maya.request('GET', '/timesheets?user_id=many&limit=1')).status).toBe(200)
})
