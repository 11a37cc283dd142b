import { expect, test } from '@jest/globals'
import type { IdentifiedEntry } from '../timesheets-api/client.ts'
import { type BatchStep, toBatches } from './batches.ts'
import type { MappingResult } from './mapping.ts'

const item = (id: number, notes = ''): MappingResult => ({
  kind: 'item',
  item: entry(id, notes),
  details: { project: `project of ${id}` },
})
const entry = (id: number, notes: string): IdentifiedEntry => ({
  user_id: '007',
  date: '2017-05-10',
  project: 'StoreZero',
  hours: 5,
  notes,
  source: 'harvest',
  external_id: String(id),
})

async function* each(values: readonly MappingResult[]) {
  yield* values
}

async function collect(values: readonly MappingResult[], maxItems: number) {
  const steps: BatchStep[] = []
  for await (const step of toBatches(each(values), maxItems)) steps.push(step)
  return steps
}

test('collects at most maxItems per batch, in order, with the serialized body', async () => {
  const steps = await collect(
    [1, 2, 3, 4, 5].map((id) => item(id)),
    2,
  )
  expect(steps.map(({ batch }) => batch.items.map(({ external_id }) => external_id))).toEqual([
    ['1', '2'],
    ['3', '4'],
    ['5'],
  ])
  for (const { batch } of steps) expect(JSON.parse(batch.body)).toEqual(batch.items)
  expect(steps[2]?.details).toEqual([{ project: 'project of 5' }])
})

test('passes on records that are not uploaded, also without a batch', async () => {
  const skipped: MappingResult = { kind: 'skipped', why: 'running' }
  expect(await collect([skipped], 2)).toMatchObject([
    { batch: { items: [], body: '[]' }, notUploaded: [skipped] },
  ])
  expect(await collect([], 2)).toEqual([])
})

test('limits the size of a batch, and rejects an item that is too large', async () => {
  const long = 'ü'.repeat(25_000)
  const steps = await collect(
    Array.from({ length: 400 }, (_, i) => item(i, long)),
    1000,
  )
  expect(steps.length).toBeGreaterThan(1)
  for (const { batch } of steps) expect(Buffer.byteLength(batch.body)).toBeLessThan(16 * 1024 * 1024)

  const [step] = await collect([item(7, 'x'.repeat(100_000)), item(8)], 1000)
  expect(step?.batch.items).toHaveLength(1)
  expect(step?.notUploaded).toMatchObject([{ kind: 'rejected', externalId: '7', problem: 'too-large' }])
})
