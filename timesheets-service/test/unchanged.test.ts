import { expect, test } from '@jest/globals'
import { entry, useService } from './service-fixture.ts'

const service = useService()

test('a repeat burns no ids and writes no rows', async () => {
  const items = Array.from({ length: 300 }, (_, i) =>
    i % 10 === 0
      ? entry({ source: 'harvest', external_id: `${i}`, notes: '', project: 'Ünï "quoted" {x},\\ NULL' })
      : entry({ source: 'harvest', external_id: `${i}`, hours: (i % 24) + 1 / 3 }),
  )
  const buried = { user_id: '007', source: 'harvest', external_id: '7', deleted: true }
  const state = async () => ({
    rows: await service().sql('select xmin::text, ctid::text, * from timesheets order by id'),
    sequence: await service().sql('select last_value, is_called from timesheets_id_seq'),
    sources: await service().sql('select xmin::text, * from sources'),
  })

  await service().uploadBatch(items)
  await service().upload(buried)
  const before = await state()
  expect(before.rows).toHaveLength(300)

  const repeated = items.with(7, buried as never)
  expect((await service().uploadBatch(repeated)).body.summary).toMatchObject({
    received: 300,
    unchanged: 300,
  })
  expect((await service().upload(buried)).body.status).toBe('unchanged')
  expect((await service().upload(items[0])).body.status).toBe('unchanged')
  expect(await state()).toEqual(before)
})

test('among many that are unchanged only those that differ are written', async () => {
  const items = Array.from({ length: 50 }, (_, i) => entry({ source: 'other', external_id: `${i}` }))
  await service().uploadBatch(items)
  const versions = () =>
    service().sql<{ xmin: string }>(
      "select xmin::text from timesheets where source = 'other' order by external_id::int",
    )
  const before = await versions()
  const { body } = await service().uploadBatch(items.with(3, { ...items[3]!, hours: 6 }))
  expect(body.summary).toMatchObject({ updated: 1, unchanged: 49 })
  const after = await versions()
  expect(after.filter((row, i) => row.xmin !== before[i]!.xmin)).toEqual([after[3]])
})

test('items that lead back to where it began write nothing', async () => {
  const item = entry({ source: 'back', external_id: 'a' })
  await service().uploadBatch([item])
  const row = () => service().sql("select xmin::text, * from timesheets where source = 'back'")
  const before = await row()
  const { body } = await service().uploadBatch([{ ...item, hours: 7 }, item])
  expect(body.items.map(({ status }) => status)).toEqual(['updated', 'updated'])
  expect(await row()).toEqual(before)
})
