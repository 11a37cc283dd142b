import { expect, test } from '@jest/globals'
import { entry, TestService, useService } from './service-fixture.ts'

const service = useService()

const ids = Array.from({ length: 500 }, (_, i) => `${i}`)

/** Uploads as a person of its own, because the responses of one person share a budget of memory and wait for it. */
const uploadAs = (writer: number, items: readonly object[]) =>
  service().uploadBatch(items, { person: `writer-${writer}` })

/** The same identities in another order for each writer. */
const createItems = (writer: number, fields: (externalId: string) => object = () => ({})) => {
  const rotated = [...ids.slice(writer * 25), ...ids.slice(0, writer * 25)]
  const items = rotated.map((externalId) =>
    entry({ source: 'harvest', external_id: externalId, ...fields(externalId) }),
  )
  return writer % 2 === 0 ? items : items.reverse()
}

test('creates each entry exactly once if twenty requests upload the same entries at the same time', async () => {
  const responses = await Promise.all(
    Array.from({ length: 20 }, (_, writer) => uploadAs(writer, createItems(writer))),
  )
  expect(responses.map(({ status, text }) => (status === 200 ? 200 : text))).toEqual(Array(20).fill(200))
  const sum = (status: 'created' | 'unchanged') =>
    responses.reduce((total, { body }) => total + body.summary[status], 0)
  expect([sum('created'), sum('unchanged')]).toEqual([500, 9500])
  const [counted] = await service().sql(
    'select count(*)::int as rows, count(distinct external_id)::int as identities, max(version) as version from timesheets',
  )
  expect(counted).toEqual({ rows: 500, identities: 500, version: 1 })
})

test('applies every change if twenty requests update the same entries at the same time', async () => {
  const responses = await Promise.all(
    Array.from({ length: 20 }, (_, writer) =>
      uploadAs(
        writer,
        createItems(writer, () => ({ notes: `by ${writer}` })),
      ),
    ),
  )
  expect(responses.map(({ status, text }) => (status === 200 ? 200 : text))).toEqual(Array(20).fill(200))
  expect(responses.map(({ body }) => body.summary.updated)).toEqual(Array(20).fill(500))
  const rows = await service().sql(
    'select version, notes, count(*)::int as rows from timesheets group by 1, 2',
  )
  expect(rows).toEqual([{ version: 21, notes: expect.stringMatching(/^by \d+$/), rows: 500 }])
})

test('requests that create, update and delete the same entries in different orders all succeed', async () => {
  const mixed = (writer: number) =>
    createItems(writer, (externalId) => ({
      external_id: `${Number(externalId) + (writer % 3) * 250}`,
      notes: `mixed ${writer}`,
    })).map((item, i) =>
      i % 7 === 0
        ? {
            user_id: '007',
            source: 'harvest',
            external_id: (item as { external_id?: string }).external_id,
            deleted: true,
          }
        : item,
    )
  const responses = await Promise.all(
    Array.from({ length: 12 }, (_, writer) => uploadAs(writer, mixed(writer))),
  )
  expect(responses.map(({ status, text }) => (status === 200 ? 200 : text))).toEqual(Array(12).fill(200))
  const [counted] = await service().sql(
    'select count(*)::int as rows, count(distinct external_id)::int as identities from timesheets',
  )
  expect(counted).toEqual({ rows: 1000, identities: 1000 })
})

test('applies forty changes of one entry at the same time over a single database connection', async () => {
  const small = await TestService.start({ DATABASE_POOL_SIZE: '1' })
  try {
    const responses = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        small.upload(entry({ source: 'harvest', external_id: '1', hours: (i + 1) / 4 })),
      ),
    )
    expect(responses.map(({ status, text }) => (status < 300 ? 'ok' : text))).toEqual(Array(40).fill('ok'))
    expect(await small.sql('select version from timesheets')).toEqual([{ version: 40 }])
  } finally {
    await small.stop()
  }
})
