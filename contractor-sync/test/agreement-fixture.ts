import { afterEach, beforeEach, expect } from '@jest/globals'
import { checkBothSides, readLatestVersions } from './both-sides.ts'
import { type TestEnvironment, testEnvironment } from './test-environment.ts'

/** The path of the tracker's entries, for faults. */
export const entries = '/v2/time_entries'

interface Proof {
  readonly outcome: string
  readonly reason?: string
  readonly entries?: number
  readonly digest?: string
  readonly days?: unknown
}

/** The proof in the report of a run. */
export const getProof = (report: Readonly<Record<string, unknown>>) => report.proof as Proof

/** Each test of the file begins with an empty store, and a tracker without faults. Call it at the top of the file. */
export function useAgreement(settings: Readonly<Record<string, string>> = {}) {
  const env = testEnvironment(settings)
  beforeEach(() => env.deleteEntries())
  afterEach(async () => {
    await env.clearFaults()
    await env.local('tracker', 'PUT', 'token', {})
    await env.local('tracker', 'PUT', 'lag', { seconds: 0 })
  })
  return {
    env,
    deleteInTracker: (count: number, userId?: number) => deleteInTracker(env, count, userId),
    readTombstones: () => readTombstones(env),
    expectEqualSides: () => expectEqualSides(env),
  }
}

/** Deletes entries with final hours in the tracker; returns their ids. */
async function deleteInTracker(env: TestEnvironment, count: number, userId?: number): Promise<string[]> {
  const tracked = await env.readTracked()
  const chosen = tracked.filter(
    ({ hours, is_running: isRunning, user }) => hours > 0 && !isRunning && (userId ?? user.id) === user.id,
  )
  const ids = chosen.slice(0, count).map(({ id }) => String(id))
  for (const id of ids) await env.local('tracker', 'DELETE', `time_entries/${id}`)
  return ids
}

async function readTombstones(env: TestEnvironment): Promise<string[]> {
  return [...(await readLatestVersions(env))]
    .filter(([, version]) => version === 'tombstone')
    .map(([id]) => id)
}

async function expectEqualSides(env: TestEnvironment): Promise<void> {
  const allDays = { from: '0000', to: '9999' }
  expect(await checkBothSides(env, { withheld: [], ...allDays })).toEqual({
    differing: [],
    falseTombstones: [],
  })
}
