import { expect, test } from '@jest/globals'
import type { SyncedEntry } from '../timesheets-api/synced-entry.ts'
import { inBatches, type Step } from './batches.ts'
import type { Mapped } from './mapping.ts'

const item = (id: number, notes = ''): Mapped => ({ kind: 'item', item: entry(id, notes) })
const entry = (id: number, notes: string): SyncedEntry => ({
  user_id: '007',
  date: '2017-05-10',
  project: 'StoreZero',
  hours: 5,
  notes,
  source: 'harvest',
  external_id: String(id),
})

async function* each(values: readonly Mapped[]) {
  yield* values
}

async function batchesOf(values: readonly Mapped[], maxItems: number) {
  const steps: Step[] = []
  for await (const step of inBatches(each(values), maxItems)) steps.push(step)
  return steps
}

test('as many as may go at once, in their order, and the text that goes out is theirs', async () => {
  const steps = await batchesOf(
    [1, 2, 3, 4, 5].map((id) => item(id)),
    2,
  )
  expect(steps.map(({ batch }) => batch.items.map(({ external_id }) => external_id))).toEqual([
    ['1', '2'],
    ['3', '4'],
    ['5'],
  ])
  for (const { batch } of steps) expect(JSON.parse(batch.body)).toEqual(batch.items)
})

test('what is not uploaded goes along, also where nothing else does', async () => {
  const skipped: Mapped = { kind: 'skipped', why: 'running' }
  expect(await batchesOf([skipped], 2)).toMatchObject([
    { batch: { items: [], body: '[]' }, aside: [skipped] },
  ])
  expect(await batchesOf([], 2)).toEqual([])
})

test('long notes make smaller batches, and a text without measure is told, not sent', async () => {
  const long = 'ü'.repeat(25_000)
  const steps = await batchesOf(
    Array.from({ length: 400 }, (_, i) => item(i, long)),
    1000,
  )
  expect(steps.length).toBeGreaterThan(1)
  for (const { batch } of steps) expect(Buffer.byteLength(batch.body)).toBeLessThan(16 * 1024 * 1024)

  const [step] = await batchesOf([item(7, 'x'.repeat(100_000)), item(8)], 1000)
  expect(step?.batch.items).toHaveLength(1)
  expect(step?.aside).toMatchObject([{ kind: 'rejected', externalId: '7', problem: 'too-large' }])
})
