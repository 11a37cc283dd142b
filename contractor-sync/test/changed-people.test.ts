import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { getProof, useAgreement } from './agreement-fixture.ts'

const { env, deleteInTracker, readTombstones, expectEqualSides } = useAgreement()

describe('a person who was renamed', () => {
  const id = 3_100_001
  const other = 3_100_008
  const rename = (email: string) => env.local('tracker', 'PATCH', `users/${id}`, { email })
  const findEmail = async (userId: number) => {
    const users = await env.local<{ id: number; email: string }[]>('tracker', 'GET', 'users')
    return users.find((user) => user.id === userId)!.email
  }
  let email = ''
  beforeEach(async () => {
    email = await findEmail(id)
    await env.sql("update sources set bookmark = null where name = 'harvest'")
    await env.run()
  })
  afterEach(async () => {
    await env.local('tracker', 'PATCH', `users/${id}`, { email, is_deleted: false })
  })

  test('is still there: what was deleted in the tracker before the next run is deleted here', async () => {
    const ids = await deleteInTracker(2, id)
    await rename('renamed@contractors.example')
    const { code, report } = await env.run()
    expect({ code, ...report }).toMatchObject({ code: 0, deleted: 2, withheld: 0 })
    expect(getProof(report).outcome).toBe('equal')
    expect((await readTombstones()).sort()).toEqual(ids.sort())
    await expectEqualSides()
  }, 60_000)

  test('and removed then: nothing of that person is deleted under any of the names', async () => {
    await rename('renamed@contractors.example')
    await env.local('tracker', 'PATCH', `users/${id}`, { is_deleted: true })
    const { code, lines } = await env.run()
    expect(code).toBe(3)
    expect(lines).toContainEqual(
      expect.objectContaining({ msg: 'deletion withheld', reason: 'removed-person' }),
    )
    expect(await readTombstones()).toEqual([])
  }, 60_000)

  test('and another person had that address since, and was removed: the entries may belong to either', async () => {
    const otherEmail = await findEmail(other)
    await rename('renamed@contractors.example')
    await env.local('tracker', 'PATCH', `users/${other}`, { email })
    await env.run()
    await env.local('tracker', 'PATCH', `users/${other}`, { is_deleted: true })
    const { code, lines } = await env.run()
    await env.local('tracker', 'PATCH', `users/${other}`, { email: otherEmail, is_deleted: false })
    expect(code).toBe(3)
    const withheld = lines.filter(({ msg }) => msg === 'deletion withheld')
    expect(new Set(withheld.map(({ reason }) => reason))).toEqual(new Set(['removed-person']))
    expect(await readTombstones()).toEqual([])
  }, 60_000)

  test('and removed at once, while another person takes over the address: nothing is deleted', async () => {
    // Kim has one entry, so no cap withholds it.
    const kim = 1_782_959
    const [kimEmail, otherEmail] = [await findEmail(kim), await findEmail(other)]
    await env.local('tracker', 'PATCH', `users/${kim}`, { is_deleted: true })
    await env.local('tracker', 'PATCH', `users/${other}`, { email: kimEmail })
    const { code, lines } = await env.run()
    await env.local('tracker', 'PATCH', `users/${other}`, { email: otherEmail })
    await env.local('tracker', 'PATCH', `users/${kim}`, { is_deleted: false })
    expect(code).toBe(3)
    const withheld = lines.filter(({ msg }) => msg === 'deletion withheld')
    expect(withheld).toEqual([expect.objectContaining({ externalId: '636709355', reason: 'removed-person' })])
    expect(await readTombstones()).toEqual([])
  }, 60_000)
})

test.each(['email', 'tracker-id'])(
  'a list of people that lacks one moves no hours to another name, and the run says not-provable (UNKNOWN_PERSON=%s)',
  async (UNKNOWN_PERSON) => {
    await env.run({ UNKNOWN_PERSON })
    const before = await env.sql('select id, user_id, version from timesheets order by id')
    await env.injectFaults({ fault: 'page-short', path: '/v2/users', times: 1000 })
    const { code, report } = await env.run({ UNKNOWN_PERSON })
    expect({ code, ...report }).toMatchObject({ code: 3, rejected: 1 })
    expect(getProof(report)).toMatchObject({
      outcome: 'not-provable',
      reason: expect.stringMatching(/list of people is not complete/),
    })
    expect(await env.sql('select id, user_id, version from timesheets order by id')).toEqual(before)
    await env.clearFaults()
    expect((await env.run({ UNKNOWN_PERSON })).code).toBe(0)
  },
  60_000,
)

test('a directory that gives a person another user_id moves the entries of all days, with the next run', async () => {
  const { report: first } = await env.run()
  expect(first).not.toHaveProperty('from')
  expect((await env.run({}, [])).report).toHaveProperty('from')
  const [old] = (await env.readTracked()).filter(({ id }) => id === 636709355)
  const own = (await env.readTracked()).filter(({ user }) => user.id === old!.user.id)
  expect(old!.spent_date < '2026-01-01').toBe(true)
  try {
    await env.sql("insert into people (user_id, updated_at) values ('emp-1', now())")
    await env.sql("insert into person_names (kind, name, user_id) values ('harvest', $1, 'emp-1')", [
      String(old!.user.id),
    ])
    const { code, report } = await env.run({}, [])
    expect({ code, updated: report.updated }).toEqual({
      code: 0,
      updated: own.filter(({ hours, is_running: isRunning }) => hours > 0 && !isRunning).length,
    })
    await expectEqualSides()
    expect((await env.run({}, [])).report).toMatchObject({ from: expect.any(String), updated: 0 })
  } finally {
    await env.sql("delete from person_names where user_id = 'emp-1'")
    await env.sql("delete from people where user_id = 'emp-1'")
  }
}, 60_000)
