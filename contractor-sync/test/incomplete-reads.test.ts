import { writeFile } from 'node:fs/promises'
import { describe, expect, test } from '@jest/globals'
import { entries, getProof, useAgreement } from './agreement-fixture.ts'

const { env, deleteInTracker, readTombstones, expectEqualSides } = useAgreement()

describe('deletions above a cap', () => {
  test('are withheld and listed, and --allow-deletes makes exactly those', async () => {
    await env.run()
    const [{ id: person }] = (await env.local<[{ id: number }]>('tracker', 'GET', 'users')) as [
      { id: number },
    ]
    const ids = await deleteInTracker(12, person)
    const withheld = await env.run({}, ['--full', '--format', 'text'])
    expect(withheld.code).toBe(3)
    expect(withheld.stdout).toMatch(/Withheld: 12 entries that the tracker no longer lists were not deleted:/)
    const [, run] = /contractor-sync run --allow-deletes=(\d+)\n/.exec(withheld.stdout)!
    expect(await readTombstones()).toEqual([])

    const [other] = await deleteInTracker(1)
    const allowed = await env.run({}, [`--allow-deletes=${run}`])
    expect(allowed.report).toMatchObject({ deleted: 13, withheld: 0, exitCode: 0 })
    expect((await readTombstones()).sort()).toEqual([...ids, other!].sort())
    await expectEqualSides()
  }, 60_000)

  test('the tracker has nothing left: nothing is deleted', async () => {
    await env.run()
    await env.injectFaults({ fault: 'no-rows', path: entries, times: 1000 })
    const { code, report } = await env.run()
    expect(code).toBe(3)
    expect(getProof(report).outcome).toBe('not-provable')
    expect(report.withheld).toBeGreaterThan(50)
    expect(await readTombstones()).toEqual([])
  }, 60_000)
})

describe('a tracker that shows less than it has deletes nothing, and the run says not-provable', () => {
  const always = { path: entries, times: 1000 }
  test.each<[string, () => Promise<unknown>]>([
    ['a page is missing', () => env.injectFaults({ fault: 'page-missing', ...always })],
    ['pages are short', () => env.injectFaults({ fault: 'page-short', ...always })],
    ['one person only', () => env.injectFaults({ fault: 'one-person', ...always })],
    [
      'the total lies',
      () => env.injectFaults({ fault: 'changed-type', field: 'total_entries', value: 9999, ...always }),
    ],
    ['an empty list', () => env.injectFaults({ fault: 'no-rows', ...always })],
    [
      'the token loses its rights between two pages',
      () => env.local('tracker', 'PUT', 'token', { role: 'manager', user_id: 3_100_001, after: 4 }),
    ],
    ...['401', '403', '404', '500'].map((fault): [string, () => Promise<unknown>] => [
      `${fault} on the second page`,
      () => env.injectFaults({ fault, ...always, after: 1 }),
    ]),
  ])(
    '%s',
    async (_what, hinder) => {
      await env.run()
      await hinder()
      const { code, report } = await env.run({ RETRY_DEADLINE_SECONDS: '1' })
      expect(code).not.toBe(0)
      expect(getProof(report).outcome).toBe('not-provable')
      expect(await readTombstones()).toEqual([])
    },
    60_000,
  )

  test('lookups that find nothing at all', async () => {
    await env.run()
    await env.injectFaults({ fault: '404', path: `${entries}/*`, times: 1000 })
    await deleteInTracker(1)
    const { code, lines } = await env.run()
    expect(code).toBe(3)
    expect(lines).toContainEqual(
      expect.objectContaining({ msg: 'deletion withheld', reason: 'unproven-lookup' }),
    )
    expect(await readTombstones()).toEqual([])
  }, 60_000)

  test('an entry that a file brought under an id that is none of the tracker', async () => {
    await env.run()
    const [{ user_id: person }] = (await env.sql('select user_id from timesheets limit 1')) as [
      { user_id: string },
    ]
    const day = new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 10)
    await writeFile(
      env.file('own.csv'),
      `external_id,user_id,date,project,hours\nx1,${person},${day},Site,1\n`,
    )
    const files = { CSV_PATH: env.file('own.csv'), CSV_SOURCE: 'harvest' }
    expect((await env.run(files, ['--source', 'csv'])).report).toMatchObject({ created: 1, exitCode: 0 })
    const { code, lines, report } = await env.run({}, [])
    expect(code).toBe(3)
    expect(lines).toContainEqual(
      expect.objectContaining({ msg: 'deletion withheld', externalId: 'x1', reason: 'foreign-id' }),
    )
    expect(await readTombstones()).toEqual([])
    expect((await env.run({}, [`--allow-deletes=${report.runId}`])).report).toMatchObject({
      deleted: 1,
      exitCode: 0,
    })
  }, 60_000)

  test('a person who was removed from the tracker keeps all entries', async () => {
    await env.run()
    await env.local('tracker', 'PATCH', 'users/3100008', { is_deleted: true })
    const { code, lines } = await env.run()
    await env.local('tracker', 'PATCH', 'users/3100008', { is_deleted: false })
    expect(code).toBe(3)
    expect(lines).toContainEqual(
      expect.objectContaining({ msg: 'deletion withheld', reason: 'removed-person' }),
    )
    expect(await readTombstones()).toEqual([])
  }, 60_000)
})

describe('a token that does not see everybody', () => {
  const narrow = (after: number) =>
    env.local('tracker', 'PUT', 'token', { role: 'manager', user_id: 3_100_001, after })

  test.each([
    ['from the start', 0],
    ['since the second page', 4],
  ])(
    '%s: a first run, which misses entries that are not stored yet, does not say that both sides agree',
    async (_when, after) => {
      await narrow(after)
      const { code, report } = await env.run()
      expect(code).toBe(3)
      expect(getProof(report)).toMatchObject({
        outcome: 'not-provable',
        reason: expect.stringMatching(/only an administrator sees all hours/),
      })
      await env.local('tracker', 'PUT', 'token', {})
      expect((await env.run({}, ['--full'])).code).toBe(0)
      await expectEqualSides()
    },
    60_000,
  )

  test('leaves the bookmark: what others edited meanwhile is found by the next run', async () => {
    await env.run()
    const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000)
    const bookmark = JSON.stringify({ changedSince: hoursAgo(2), fullAt: hoursAgo(2) })
    await env.sql("update sources set bookmark = $1 where name = 'harvest'", [bookmark])
    await env.local('tracker', 'PUT', 'clock', { error_seconds: -3600 })
    await env.local('tracker', 'PATCH', 'time_entries/636709355', { hours: 3.75 })
    await env.local('tracker', 'PUT', 'clock', { error_seconds: 0 })
    await narrow(0)
    expect((await env.run({}, [])).code).toBe(3)
    await env.local('tracker', 'PUT', 'token', {})
    expect((await env.run({}, [])).report).toMatchObject({ updated: 1, exitCode: 0 })
    await expectEqualSides()
    await env.local('tracker', 'PATCH', 'time_entries/636709355', { hours: 2.11 })
  }, 60_000)
})
