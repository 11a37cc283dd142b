import { expect, test } from '@jest/globals'
import { entry, TestService, useService } from './service-fixture.ts'

const service = useService()

const ids = Array.from({ length: 500 }, (_, i) => `${i}`)

/** The same identities, begun elsewhere and some backwards, as writers that know nothing of each other send them. */
const shuffled = (client: number, members: (externalId: string) => object = () => ({})) => {
  const turned = [...ids.slice(client * 25), ...ids.slice(0, client * 25)]
  const items = turned.map((externalId) =>
    entry({ source: 'harvest', external_id: externalId, ...members(externalId) }),
  )
  return client % 2 === 0 ? items : items.reverse()
}

test('twenty clients that send the same entries at once: each entry is there exactly once', async () => {
  const responses = await Promise.all(
    Array.from({ length: 20 }, (_, client) => service().uploadBatch(shuffled(client))),
  )
  expect(responses.map(({ status, text }) => (status === 200 ? 200 : text))).toEqual(Array(20).fill(200))
  const sum = (word: 'created' | 'unchanged') =>
    responses.reduce((total, { body }) => total + body.summary[word], 0)
  expect([sum('created'), sum('unchanged')]).toEqual([500, 9500])
  const [counted] = await service().sql(
    'select count(*)::int as rows, count(distinct external_id)::int as identities, max(version) as version from timesheets',
  )
  expect(counted).toEqual({ rows: 500, identities: 500, version: 1 })
})

test('twenty clients that change the same entries at once: every change counts, and the last stands whole', async () => {
  const responses = await Promise.all(
    Array.from({ length: 20 }, (_, client) =>
      service().uploadBatch(shuffled(client, () => ({ notes: `by ${client}` }))),
    ),
  )
  expect(responses.map(({ status, text }) => (status === 200 ? 200 : text))).toEqual(Array(20).fill(200))
  expect(responses.map(({ body }) => body.summary.updated)).toEqual(Array(20).fill(500))
  const rows = await service().sql(
    'select version, notes, count(*)::int as rows from timesheets group by 1, 2',
  )
  expect(rows).toEqual([{ version: 21, notes: expect.stringMatching(/^by \d+$/), rows: 500 }])
})

test('new, changed and buried ones, crosswise: no client is told of a deadlock', async () => {
  const mixed = (client: number) =>
    shuffled(client, (externalId) => ({
      external_id: `${Number(externalId) + (client % 3) * 250}`,
      notes: `mixed ${client}`,
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
    Array.from({ length: 12 }, (_, client) => service().uploadBatch(mixed(client))),
  )
  expect(responses.map(({ status, text }) => (status === 200 ? 200 : text))).toEqual(Array(12).fill(200))
  const [counted] = await service().sql(
    'select count(*)::int as rows, count(distinct external_id)::int as identities from timesheets',
  )
  expect(counted).toEqual({ rows: 1000, identities: 1000 })
})

test('one entry, changed by forty at once, one connection for them all', async () => {
  const small = await TestService.start({ DATABASE_POOL_SIZE: '1' })
  try {
    const responses = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        small.upload(entry({ source: 'harvest', external_id: '1', hours: (i + 1) / 4 })),
      ),
    )
    expect(responses.map(({ status, text }) => (status < 300 ? 'good' : text))).toEqual(
      Array(40).fill('good'),
    )
    expect(await small.sql('select version from timesheets')).toEqual([{ version: 40 }])
  } finally {
    await small.stop()
  }
})
