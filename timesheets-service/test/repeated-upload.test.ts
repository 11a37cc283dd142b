import { expect, test } from '@jest/globals'
import { entry, useService } from './service-fixture.ts'

const service = useService()

test('a repeated upload draws no ids and writes no rows', async () => {
  const items = Array.from({ length: 300 }, (_, i) =>
    i % 10 === 0
      ? entry({ source: 'harvest', external_id: `${i}`, notes: '', project: 'Ünï "quoted" {x},\\ NULL' })
      : entry({ source: 'harvest', external_id: `${i}`, hours: (i % 24) + 1 / 3 }),
  )
  const tombstone = { user_id: '007', source: 'harvest', external_id: '7', deleted: true }
  const readState = async () => ({
    rows: await service().sql('select xmin::text, ctid::text, * from timesheets order by id'),
    sequence: await service().sql('select last_value, is_called from timesheets_id_seq'),
    sources: await service().sql('select xmin::text, * from sources'),
  })

  await service().uploadBatch(items)
  await service().upload(tombstone)
  const before = await readState()
  expect(before.rows).toHaveLength(300)

  const repeated = items.with(7, tombstone as never)
  expect((await service().uploadBatch(repeated)).body.summary).toMatchObject({
    received: 300,
    unchanged: 300,
  })
  expect((await service().upload(tombstone)).body.status).toBe('unchanged')
  expect((await service().upload(items[0])).body.status).toBe('unchanged')
  expect(await readState()).toEqual(before)
})

test('writes only the entries of a batch that differ', async () => {
  const items = Array.from({ length: 50 }, (_, i) => entry({ source: 'other', external_id: `${i}` }))
  await service().uploadBatch(items)
  const readRows = () =>
    service().sql<{ xmin: string }>(
      "select xmin::text from timesheets where source = 'other' order by external_id::int",
    )
  const before = await readRows()
  const { body } = await service().uploadBatch(items.with(3, { ...items[3]!, hours: 6 }))
  expect(body.summary).toMatchObject({ updated: 1, unchanged: 49 })
  const after = await readRows()
  expect(after.filter((row, i) => row.xmin !== before[i]!.xmin)).toEqual([after[3]])
})

test('writes nothing for items of a batch that cancel out', async () => {
  const item = entry({ source: 'back', external_id: 'a' })
  await service().uploadBatch([item])
  const readRow = () => service().sql("select xmin::text, * from timesheets where source = 'back'")
  const before = await readRow()
  const { body } = await service().uploadBatch([{ ...item, hours: 7 }, item])
  expect(body.items.map(({ status }) => status)).toEqual(['updated', 'updated'])
  expect(await readRow()).toEqual(before)
})
