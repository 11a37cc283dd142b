import { expect, test } from '@jest/globals'
import { entry, useService } from './service-fixture.ts'

const service = useService()

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`

test.each<[string, string, number]>([
  ['U+0000 in a text', JSON.stringify(entry({ project: 'a\0b' })), 422],
  ['U+0000 in the external id', JSON.stringify(entry({ external_id: '\0', source: 'x' })), 422],
  ['half of a surrogate pair', '{"user_id":"\\ud83e","date":"2017-05-10","project":"p","hours":5}', 422],
  ['1e308 hours', JSON.stringify(entry({ hours: 1e308 })), 422],
  [
    'hours beyond the range of a number',
    '{"user_id":"1","date":"2017-05-10","project":"p","hours":1e999}',
    422,
  ],
  ['the smallest positive number of hours', JSON.stringify(entry({ hours: 5e-324 })), 422],
  [
    'a field named __proto__',
    '{"__proto__":{"hours":5},"user_id":"1","date":"2017-05-10","project":"p"}',
    422,
  ],
  [
    'fields with the names of properties of every object',
    '{"constructor":1,"toString":1,"hasOwnProperty":1}',
    422,
  ],
  ['deeply nested arrays', nested(60_000), 200],
  ['deeply nested arrays in an entry', `{"user_id":${nested(60_000)}}`, 422],
  ['arrays nested so deeply that they would exhaust the memory', nested(8_000_000), 413],
  ['so many values that they would exhaust the memory', `[${'{},'.repeat(5_000_000)}{}]`, 413],
  ['deeply nested objects', `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`, 422],
  ['nested arrays without an end', '['.repeat(60_000), 400],
  ['many fields', `{${Array.from({ length: 50_000 }, (_, i) => `"m${i}":1`).join()}}`, 422],
  ['an empty body', '', 400],
  ['a space', ' ', 400],
  ['an entry that is cut', JSON.stringify(entry()).slice(0, -1), 400],
  ['two entries', JSON.stringify(entry()) + JSON.stringify(entry()), 400],
  ['a trailing comma', '[1,]', 400],
  ['NaN', '{"hours":NaN}', 400],
  ['single quotes', "{'user_id':'007'}", 400],
  ['a comment', '{} // nothing', 400],
])('handles %s without an internal error', async (_name, body, status) => {
  const response = await service().uploadRejected(body)
  expect({ status: response.status, text: response.text.slice(0, 300) }).toMatchObject({ status })
  if (status !== 200) expect(response.headers.get('content-type')).toBe('application/problem+json')
  expect(response.text.length).toBeLessThan(10_000)
  expect(response.text).not.toMatch(/prisma|select |insert |node_modules|\bat .*\.ts/i)
  expect(({} as { hours?: number }).hours).toBeUndefined()
})

test('rejects JSON that is not UTF-8 with 400', async () => {
  const valid = Buffer.from(JSON.stringify(entry({ project: 'Räven' })))
  for (const bytes of [
    Buffer.from(valid.toString('latin1').replace('Ã¤', 'ä'), 'latin1'),
    Buffer.from(`\ufeff${valid}`, 'utf16le'),
    Buffer.concat([
      valid.subarray(0, valid.indexOf('R')),
      Buffer.from([0xed, 0xa0, 0x80]),
      valid.subarray(valid.indexOf('v')),
    ]),
    Buffer.from([0xff]),
  ]) {
    const { status, body } = await service().uploadRejected(bytes)
    expect([status, body.type]).toEqual([400, '/problems/malformed-json'])
  }
})

test('ignores a byte order mark, as RFC 8259, section 8.1, allows', async () => {
  expect((await service().upload(`\ufeff${JSON.stringify(entry())}`)).status).toBe(201)
})

test('uses the last value of a repeated field', async () => {
  const { body } = await service().upload(
    '{"user_id":"1","user_id":"2","date":"2017-05-10","project":"p","hours":1,"hours":2}',
  )
  expect(body).toMatchObject({ user_id: '2', hours: 2 })
})

test('stores unusual but valid texts exactly', async () => {
  const texts = [
    '\u0001\t\n\r\u007f\u0085',
    '"quoted" \'single\' `back` \\ \\\\ \\n',
    '{a,b} {} {NULL} NULL null (1,2) [1]',
    "'; drop table timesheets; --",
    '$1 $$ %s ? :name \\x00',
    ' leading and trailing ',
    ',',
    '\u2028\u2029\ufeff\ufffe\uffff\u200b\u202e',
    'e\u0301 \u00e9 ﷽ 👩‍👩‍👧‍👦 \u{10ffff}',
    '__proto__',
  ]
  const items = texts.map((text, i) =>
    entry({
      source: 'unusual',
      external_id: `${i}${text}`,
      project: text,
      notes: i % 2 === 0 ? text : undefined,
    }),
  )
  const { body } = await service().uploadBatch(items)
  expect(body.summary).toMatchObject({ received: texts.length, created: texts.length })
  const rows = await service().sql(
    "select external_id, project, notes from timesheets where source = 'unusual' order by id",
  )
  expect(rows).toEqual(
    texts.map((text, i) => ({ external_id: `${i}${text}`, project: text, notes: i % 2 === 0 ? text : null })),
  )
  expect((await service().uploadBatch(items)).body.summary).toMatchObject({ unchanged: texts.length })
  const changed = items.map((item, i) => ({ ...item, hours: 6, notes: texts.at(-1 - i) }))
  expect((await service().uploadBatch(changed)).body.summary).toMatchObject({ updated: texts.length })
  expect(await service().sql("select notes from timesheets where source = 'unusual' order by id")).toEqual(
    texts.map((_, i) => ({ notes: texts.at(-1 - i) })),
  )
})

test('stores the longest values that are allowed', async () => {
  const { status, body } = await service().upload(
    entry({
      user_id: '🦊'.repeat(128),
      project: '🦊'.repeat(200),
      notes: '🦊'.repeat(2000),
      source: 'a'.repeat(64),
      external_id: Array.from({ length: 256 }, (_, i) => String.fromCodePoint(0x20000 + i * 37)).join(''),
    }),
  )
  expect([status, body.status]).toEqual([201, 'created'])
})

test('a client with an unusual name has its own default source', async () => {
  const client = 'Zoë "x" {a,b} \\ \u{1f98a}'
  const { body } = await service().upload(entry({ external_id: '1' }), { client })
  expect(body.source).toBe(`client:${client}`)
  expect((await service().upload(entry({ external_id: '1' }), { client })).body.status).toBe('unchanged')
})

test('stores dates at the limits, offsets and milliseconds exactly', async () => {
  const dates: [string, string, string][] = [
    ['2000-01-01T00:00:00+14:00', '2000-01-01', '1999-12-31T10:00:00.000Z'],
    ['2000-01-01', '2000-01-01', '2000-01-01T00:00:00.000Z'],
    ['2024-02-29T23:59:59.999-12:00', '2024-02-29', '2024-03-01T11:59:59.999Z'],
    ['2026-03-29T02:30:00.001+01:00', '2026-03-29', '2026-03-29T01:30:00.001Z'],
    ['2026-06-01T12:00:00.1239999+05:45', '2026-06-01', '2026-06-01T06:15:00.123Z'],
  ]
  for (const [date, day, instant] of dates) {
    const { body } = await service().upload(entry({ date }))
    expect(body).toMatchObject({ date, day })
    const [row] = await service().sql<{ day: string; instant: string }>(
      'select day::text, to_char(instant at time zone \'UTC\', \'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"\') as instant from timesheets where id = $1',
      [body.id],
    )
    expect(row).toEqual({ day, instant })
  }
})

test('returns ids beyond 32 bits as numbers', async () => {
  await service().sql("select setval('timesheets_id_seq', 9007199254740000)")
  const mine = { source: 'far', external_id: '1' }
  const { body, headers } = await service().upload(entry(mine))
  expect(body).toMatchObject({
    id: 9007199254740001,
    message: 'Created timesheet 9007199254740001 for employee 007',
  })
  expect(headers.get('location')).toMatch(/\/9007199254740001$/)
  expect((await service().upload(entry({ ...mine, hours: 6 }))).body).toMatchObject({
    status: 'updated',
    id: body.id,
  })
  expect((await service().uploadBatch([entry({ ...mine, hours: 7 })])).body.items[0]).toMatchObject({
    id: body.id,
  })
})
