import { describe, expect, test } from '@jest/globals'
import type { DayDigest } from '@timesheets/contracts/sync-run'
import { users } from './client.ts'
import { entry, useService } from './service-fixture.ts'
import { parseLines, readYearOfDigests, startRun, uploadFor } from './sync-run-helpers.ts'

const service = useService()
const { maya, max, sync } = users(() => service().app)

test('recomputing finds rows that were damaged in the database, and stored digests do not', async () => {
  const run = await startRun(sync, 'damaged')
  await uploadFor(sync, run, 'damaged', [
    { external_id: '1', notes: 'one' },
    { external_id: '2', notes: 'two' },
  ])
  const read = (query = '') => readYearOfDigests(sync, run, query)
  const whole = await read()
  expect(await read('&recompute=true')).toEqual(whole)
  for (const damage of [
    "project = 'StoreOne'",
    'notes = null',
    "instant = instant + interval '1 ms'",
    "external_id = 'x'",
    "digest = '\\x00000000000000000000000000000000'",
    "digest = '\\x00'",
    'digest = null',
  ]) {
    await service().sql(`begin; set local session_replication_role = replica;
      update timesheets set ${damage} where source = 'damaged' and external_id = '2'; commit`)
    const [stored, computed] = [await read(), await read('&recompute=true')]
    expect({ damage, found: JSON.stringify(stored) !== JSON.stringify(computed) }).toEqual({
      damage,
      found: true,
    })
    await service().sql(`delete from timesheets where source = 'damaged' and external_id <> '1'`)
    await uploadFor(sync, run, 'damaged', [{ external_id: '2', notes: 'two' }])
    expect(await read()).toEqual(whole)
  }
})

describe('a row that was damaged in the database', () => {
  const source = 'repaired'
  const change = (columns: string) =>
    service().sql(`begin; set local session_replication_role = replica;
      update timesheets set ${columns} where source = '${source}'; commit`)
  const item = { external_id: '1', notes: 'one' }
  /** Uploads the entry as the tracker has it, in a run; returns its status. */
  const uploadIn = async (mode: 'full' | 'incremental') => {
    const run = await startRun(sync, source, { mode })
    const { body } = await uploadFor(sync, run, source, [item])
    const digests = await sync.request('GET', `/sync-runs/${run}/digests?recompute=true`)
    await sync.request('PATCH', `/sync-runs/${run}`, { status: 'succeeded' })
    return { status: body.items[0].status, id: body.items[0].id, digest: parseLines<DayDigest>(digests) }
  }

  test('is repaired by an upload in a run of all days', async () => {
    const { digest } = await uploadIn('full')
    await change("seconds = seconds + 60, project = 'Other'")
    expect(await uploadIn('incremental')).toMatchObject({ status: 'unchanged' })
    const repaired = await uploadIn('full')
    expect(repaired).toMatchObject({ status: 'updated', digest })
    expect(await uploadIn('full')).toMatchObject({ status: 'unchanged', digest })
    expect((await maya.request('GET', `/timesheets/${repaired.id}`)).body).toMatchObject(entry(item))
  })

  test('stays as it is if it is approved, and gets a correction', async () => {
    const { digest, id } = await uploadIn('full')
    await max.request('PUT', `/approvals/${id}`, {})
    await change("notes = 'damaged'")
    expect(await uploadIn('full')).toMatchObject({ status: 'held', digest })
    expect(await uploadIn('full')).toMatchObject({ status: 'unchanged', digest })
    expect((await maya.request('GET', `/timesheets/${id}`)).body).toMatchObject({
      notes: 'damaged',
      correction: { notes: 'one' },
    })
    await max.request('PUT', `/approvals/${id}`, {})
    expect((await maya.request('GET', `/timesheets/${id}`)).body).toMatchObject(entry(item))
  })

  test('a correction that was damaged is held again', async () => {
    const { id } = await uploadIn('full')
    await max.request('PUT', `/approvals/${id}`, {})
    const run = await startRun(sync, source, { mode: 'full' })
    const corrected = await uploadFor(sync, run, source, [{ ...item, notes: 'two' }])
    expect(corrected.body.items[0].status).toBe('held')
    await sync.request('PATCH', `/sync-runs/${run}`, { status: 'succeeded' })
    await change(`correction = jsonb_set(correction, '{notes}', '"damaged"')`)
    const again = await startRun(sync, source, { mode: 'full' })
    const held = await uploadFor(sync, again, source, [{ ...item, notes: 'two' }])
    await sync.request('PATCH', `/sync-runs/${again}`, { status: 'succeeded' })
    expect(held.body.items[0].status).toBe('held')
    expect((await maya.request('GET', `/timesheets/${id}`)).body.correction).toMatchObject({ notes: 'two' })
  })
})
