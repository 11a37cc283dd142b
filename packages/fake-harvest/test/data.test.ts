import { describe, expect, test } from '@jest/globals'
import type { TimeEntry } from '../src/time-entry.ts'
import { entriesPath, start } from './harvest-fixture.ts'

describe('the generated data', () => {
  test('is the same for two first starts on the same day, and never from the future', async () => {
    const morning = new Date('2026-05-18T06:00:00Z')
    const evening = new Date('2026-05-18T21:00:00Z')
    const finished = `${entriesPath}?is_running=false`
    const [one, other] = await Promise.all([
      start({}, () => morning).then(({ all }) => all(finished)),
      start({}, () => evening).then(({ all }) => all(finished)),
    ])
    expect(one).toEqual(other)
    expect(one.every((row) => row.updated_at < '2026-05-18T06:00:00Z')).toBe(true)
    expect(one.every((row) => row.updated_at >= row.created_at)).toBe(true)
  })

  test('has the variety of real entries: eight weeks of forty contractors', async () => {
    const { all, json } = await start({ HARVEST_CONTRACTORS: '40', HARVEST_WEEKS: '8' })
    const rows = (await all(entriesPath)).slice(0, -1) // without the row of Harvest's documentation
    expect(rows.length).toBeGreaterThan(2000)
    expect(rows.every((row) => row.is_running || (row.hours >= 0 && row.hours <= 12))).toBe(true)
    expect(rows.every((row) => ![0, 6].includes(new Date(row.spent_date).getUTCDay()))).toBe(true)
    for (const trait of [
      (row: TimeEntry) => row.is_running,
      (row: TimeEntry) => row.is_locked,
      (row: TimeEntry) => row.hours === 0,
      (row: TimeEntry) => (row.hours * 4) % 1 !== 0,
      (row: TimeEntry) => row.notes?.includes('\n'),
    ]) {
      expect(rows.some(trait)).toBe(true)
    }

    const { users } = await json<{ users: { id: number; email: string }[] }>('/v2/users')
    expect(new Set(users.map(({ email }) => email)).size).toBe(41)
    const known = new Set(users.map(({ id }) => id))
    expect(rows.every((row) => known.has(row.user.id))).toBe(true)
  })

  test('adds the elapsed time to a running timer', async () => {
    let now = new Date('2026-05-18T06:00:00Z')
    const { all } = await start({}, () => now)
    const [before] = await all(`${entriesPath}?is_running=true`)
    now = new Date('2026-05-18T08:30:00Z')
    const [after] = await all(`${entriesPath}?is_running=true`)
    expect(after!.hours - before!.hours).toBeCloseTo(2.5)
  })
})
