import { describe, expect, test } from '@jest/globals'
import { documentedEntry } from '../src/documented.ts'
import type { TimeEntry } from '../src/time-entry.ts'
import { createDataDir, entriesPath, ids, start } from './harvest-fixture.ts'

describe('edits', () => {
  test('updated_since lists an edited entry, also with an old day', async () => {
    let now = new Date('2026-05-18T06:00:00Z')
    const { all, local } = await start({}, () => now)
    now = new Date('2026-05-18T12:00:00Z')
    const since = `${entriesPath}?updated_since=2026-05-18T12:00:00Z`
    expect(await all(since)).toEqual([])

    await local('PATCH', 'time_entries/636709355', { hours: 3.1 })
    expect(await all(since)).toEqual([
      {
        ...documentedEntry,
        hours: 3.1,
        hours_without_timer: 3.1,
        rounded_hours: 3.25,
        updated_at: '2026-05-18T12:00:00Z',
      },
    ])
  })

  test('an edit can move an entry to another day and stop its timer', async () => {
    let now = new Date('2026-05-18T06:00:00Z')
    const { all, local } = await start({}, () => now)
    const [timer] = await all(`${entriesPath}?is_running=true`)
    now = new Date('2026-05-18T07:00:00Z')
    await local('PATCH', `time_entries/${timer!.id}`, { is_running: false, spent_date: '2026-05-17' })
    const [stopped] = await all(`${entriesPath}?from=2026-05-17&to=2026-05-17`)
    expect(stopped).toMatchObject({ id: timer!.id, is_running: false, timer_started_at: null })
    expect(stopped!.hours).toBeCloseTo(timer!.hours + 1)
    expect(ids(await all(entriesPath)).filter((id) => id === timer!.id)).toHaveLength(1)
  })

  test('a deleted entry is not listed and responds with 404', async () => {
    const { get, all, local } = await start()
    const { id } = await local<TimeEntry>('GET', 'time_entries/any')
    await local('DELETE', `time_entries/${id}`)
    expect((await get(`${entriesPath}/${id}`)).status).toBe(404)
    expect(ids(await all(entriesPath))).not.toContain(id)
  })

  test('edits survive a restart on another day', async () => {
    const HARVEST_DATA_DIR = createDataDir()
    const first = await start({ HARVEST_DATA_DIR }, () => new Date('2026-05-18T12:00:00Z'))
    const { id: deleted } = await first.local<TimeEntry>('GET', 'time_entries/any')
    await first.local('DELETE', `time_entries/${deleted}`)
    const { id: changed } = await first.local<TimeEntry>('GET', 'time_entries/any')
    const added = await first.local<TimeEntry>('POST', 'time_entries', {
      spent_date: '2026-04-01',
      hours: 1.5,
    })
    await Promise.all(
      [1, 2, 3].map((hours) => first.local('PATCH', `time_entries/${changed}`, { hours, notes: 'später' })),
    )
    const before = await first.all(`${entriesPath}?is_running=false`)
    await first.close()

    const second = await start({ HARVEST_DATA_DIR }, () => new Date('2026-06-20T12:00:00Z'))
    expect(await second.all(`${entriesPath}?is_running=false`)).toEqual(before)
    expect(ids(before)).toContain(added.id)
    const next = await second.local<TimeEntry>('POST', 'time_entries', { spent_date: '2026-04-01', hours: 1 })
    expect(next.id).toBeGreaterThan(added.id)
  })

  test('rejects a data folder of another configuration', async () => {
    const HARVEST_DATA_DIR = createDataDir()
    await start({ HARVEST_DATA_DIR })
    await expect(start({ HARVEST_DATA_DIR, HARVEST_WEEKS: '5' })).rejects.toThrow(
      'for 14 contractors and 4 weeks',
    )
  })

  test('the summary has the totals of the finished entries', async () => {
    const { all, local } = await start()
    const rows = await all(entriesPath)
    const finished = rows.filter((row) => !row.is_running && row.hours > 0)
    const summary = await local('GET', 'entries?finished=true&ids=true')
    expect(summary).toMatchObject({
      count: finished.length,
      seconds: finished.reduce((sum, row) => sum + Math.round(row.hours * 3600), 0),
      running: rows.filter((row) => row.is_running).length,
      ids: ids(finished),
    })
  })

  test.each([
    ['hours that are not a number', 'PATCH', 'time_entries/636709355', '{"hours":"3"}', 422],
    ['an unknown user', 'PATCH', 'time_entries/636709355', '{"user_id":1}', 422],
    ['an unknown field', 'PATCH', 'time_entries/636709355', '{"colour":"red"}', 422],
    ['truncated JSON', 'PATCH', 'time_entries/636709355', '{', 400],
    ['an unknown entry', 'PATCH', 'time_entries/1', '{"hours":3}', 404],
    ['a property name of Object.prototype as an id', 'DELETE', 'time_entries/__proto__', undefined, 404],
    ['a path that is not UTF-8', 'DELETE', 'time_entries/%ff', undefined, 400],
    ['a new entry without a day', 'POST', 'time_entries', '{"hours":3}', 422],
    ['a body over 100 kB', 'POST', 'time_entries', `{"notes":"${'x'.repeat(200_000)}"}`, 413],
    ['an unknown fault', 'POST', 'faults', '{"fault":"flood"}', 422],
  ])('rejects %s', async (_case, method, path, body, status) => {
    const { url } = await start()
    const init = { method, body, headers: { 'Content-Type': 'application/json' } }
    expect((await fetch(`${url}/local/${path}`, init)).status).toBe(status)
  })
})
