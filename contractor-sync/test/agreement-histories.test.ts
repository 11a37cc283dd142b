import { afterEach, expect, test } from '@jest/globals'
import { checkBothSides, readLatestVersions } from './both-sides.ts'
import { runInProcess } from './in-process-run.ts'
import { createRandom } from './seeded-random.ts'
import { type TrackedEntry, testEnvironment } from './test-environment.ts'

/** FAULT_ROUNDS sets more histories; the same FAULT_SEED repeats the same ones. */
const histories = Number(process.env.FAULT_ROUNDS ?? 3)
const firstSeed = Number(process.env.FAULT_SEED ?? 20261126)
const stepsPerHistory = 4
const windowDays = 10

const env = testEnvironment()
afterEach(async () => {
  await env.local('tracker', 'PUT', 'token', {})
  await env.local('tracker', 'PUT', 'lag', { seconds: 0 })
  await env.clearFaults()
})

test(
  `after every step of a history both sides are equal (${histories} histories from seed ${firstSeed})`,
  async () => {
    const counts: Record<string, number> = {}
    const count = (what: string) => (counts[what] = (counts[what] ?? 0) + 1)
    for (let history = 0; history < histories; history++) {
      const seed = firstSeed + history
      const world = new World(seed, count)
      for (let step = 0; step < stepsPerHistory; step++) await world.step(`seed ${seed}, step ${step}`)
    }
    if (histories > 10) console.log(JSON.stringify(counts))
  },
  120_000 + histories * 60_000,
)

/** A company whose people change things in the tracker, and whose approvers change things here. */
class World {
  readonly #random: () => number
  readonly #count: (what: string) => void
  readonly #deleted: TrackedEntry[] = []

  constructor(seed: number, count: (what: string) => void) {
    this.#random = createRandom(seed)
    this.#count = count
  }

  async step(name: string): Promise<void> {
    const done: string[] = []
    for (let i = 0; i < 1 + this.#pickNumber(4); i++) done.push(await this.#change())
    const full = this.#random() < 0.3
    const hindrance = await this.#hinder()
    if (hindrance !== undefined) {
      done.push(hindrance)
      const before = await readTombstones()
      const tracked = await env.readTracked()
      const hindered = await this.#sync(full)
      this.#count(`hindered: ${hindered.exitCode} ${hindered.proof?.outcome}`)
      await this.#unhinder()
      // What the tracker has is never deleted, whatever it showed.
      const kept = new Set(tracked.filter((entry) => isFinal(entry)).map(({ id }) => String(id)))
      const fresh = (await readTombstones()).filter((id) => !before.includes(id) && kept.has(id))
      expect({ name, done, fresh }).toEqual({ name, done, fresh: [] })
    }
    const report = await this.#sync(full)
    this.#count(`sync: ${report.exitCode} ${report.proof?.outcome}`)
    const withheld = report.withheld.map(({ externalId }) => externalId)
    const range = { from: report.window.from ?? '0000', to: report.window.to ?? '9999' }
    const result = await checkBothSides(env, { withheld, ...range })
    const error = report.error === undefined ? undefined : String(report.error)
    expect({ name, done, error, ...result }).toEqual({
      name,
      done,
      error: undefined,
      differing: [],
      falseTombstones: [],
    })
    expect({ name, done, proof: report.proof?.outcome }).toEqual({
      name,
      done,
      proof: withheld.length === 0 ? 'equal' : 'not-provable',
    })
  }

  #sync(full: boolean) {
    this.#count('syncs')
    return runInProcess(env, { full }, { SYNC_WINDOW_DAYS: String(windowDays), RETRY_DEADLINE_SECONDS: '3' })
  }

  /** Makes one change in the tracker, or here. Returns what it was. */
  async #change(): Promise<string> {
    const entries = await env.readTracked()
    const entry = this.#pick(entries)
    const people = await env.local<{ id: number; is_active: boolean }[]>('tracker', 'GET', 'users')
    const person = this.#pick(people)
    const patch = (change: object) => env.local('tracker', 'PATCH', `time_entries/${entry.id}`, change)
    const changes: Record<string, () => Promise<unknown>> = {
      create: () =>
        env.local('tracker', 'POST', 'time_entries', {
          spent_date: this.#pickDay(),
          hours: this.#pickHours(),
          user_id: person.id,
        }),
      'edit hours': () => patch({ hours: this.#pickHours() }),
      'edit notes': () => patch({ notes: `note ${this.#pickNumber(1e6)} é 🦊` }),
      'move day': () => patch({ spent_date: this.#pickDay() }),
      'move person': () => patch({ user_id: person.id }),
      delete: async () => {
        this.#deleted.push(entry)
        await env.local('tracker', 'DELETE', `time_entries/${entry.id}`)
      },
      restore: async () => {
        const one = this.#deleted.pop()
        // A tracker that brings an entry back records that as a change of it.
        const updated_at = `${new Date().toISOString().slice(0, 19)}Z`
        if (one !== undefined)
          await env.local('tracker', 'PUT', `time_entries/${one.id}`, { ...one, updated_at })
      },
      zero: () => patch({ hours: 0 }),
      'start timer': () => patch({ is_running: true }),
      'stop timer': () => patch({ is_running: false }),
      'rename person': () =>
        env.local('tracker', 'PATCH', `users/${person.id}`, {
          email: `p${this.#pickNumber(1e6)}@contractors.example`,
        }),
      'archive person': () =>
        env.local('tracker', 'PATCH', `users/${person.id}`, { is_active: !person.is_active }),
      'rename project': () =>
        env.local('tracker', 'PATCH', `projects/${entry.project.id}`, {
          name: `Project ${this.#pickNumber(1e6)}`,
        }),
      'change directory': () => this.#changeDirectory(String(person.id)),
      approve: () =>
        env.sql(
          `update timesheets set approved_at = now(), approved_by = 'maya@exampleco.com'
            where external_id = $1 and deleted_at is null and approved_at is null`,
          [String(entry.id)],
        ),
      discard: () =>
        env.sql(`update timesheets set correction_state = 'discarded' where correction_state = 'pending'`),
    }
    const name = this.#pick(Object.keys(changes))
    await changes[name]!()
    this.#count(name)
    return `${name} (entry ${entry.id}, person ${person.id})`
  }

  /** Lets the tracker show less than it has. */
  async #hinder(): Promise<string | undefined> {
    if (this.#random() < 0.5) return undefined
    const people = await env.local<{ id: number }[]>('tracker', 'GET', 'users')
    const { id } = this.#pick(people)
    const list = '/v2/time_entries'
    const token = (role: string) =>
      env.local('tracker', 'PUT', 'token', { role, user_id: id, after: this.#pickNumber(8) })
    const fault = (members: object) =>
      env.injectFaults({ path: list, after: this.#pickNumber(3), ...members })
    const hindrances: Record<string, () => Promise<unknown>> = {
      'narrowed to a manager': () => token('manager'),
      'narrowed to a member': () => token('member'),
      'a list that lags behind': () => env.local('tracker', 'PUT', 'lag', { seconds: 60 }),
      'a deleted person': () => env.local('tracker', 'PATCH', `users/${id}`, { is_deleted: true }),
      'a page missing': () => fault({ fault: 'page-missing', times: 1 + this.#pickNumber(9) }),
      'a short page': () => fault({ fault: 'page-short', times: 1 + this.#pickNumber(9) }),
      'a repeated page': () => fault({ fault: 'page-repeated' }),
      'a shifted page': () => fault({ fault: 'shifted', by: 'insert' }),
      'a lying total': () => fault({ fault: 'changed-type', field: 'total_entries', value: 7, times: 99 }),
      'an empty list': () => fault({ fault: 'no-rows', times: 99 }),
      'one person only': () => fault({ fault: 'one-person', times: 99 }),
      'lookups that find nothing': () => env.injectFaults({ fault: '404', path: `${list}/*`, times: 99 }),
      ...Object.fromEntries(
        ['401', '403', '404', '500'].map((status) => [status, () => fault({ fault: status, times: 99 })]),
      ),
    }
    const name = this.#pick(Object.keys(hindrances))
    await hindrances[name]!()
    this.#count(name)
    return `${name} (person ${id})`
  }

  async #unhinder(): Promise<void> {
    await env.clearFaults()
    await env.local('tracker', 'PUT', 'token', {})
    await env.local('tracker', 'PUT', 'lag', { seconds: 0 })
    for (const { id } of await env.local<{ id: number }[]>('tracker', 'GET', 'users?deleted=true'))
      await env.local('tracker', 'PATCH', `users/${id}`, { is_deleted: false })
  }

  async #changeDirectory(trackerId: string): Promise<void> {
    const userId = `emp-${this.#pickNumber(5)}`
    await env.sql(`delete from person_names where kind = 'harvest' and name = $1`, [trackerId])
    if (this.#random() < 0.3) return
    await env.sql('insert into people (user_id, updated_at) values ($1, now()) on conflict do nothing', [
      userId,
    ])
    await env.sql(`insert into person_names (kind, name, user_id) values ('harvest', $1, $2)`, [
      trackerId,
      userId,
    ])
  }

  /** A day in the window, at one of its edges, or far from it. */
  #pickDay(): string {
    const offset = this.#pick([
      -1,
      -2,
      -3,
      -5,
      -8,
      -windowDays + 1,
      -windowDays,
      -windowDays - 1,
      -windowDays - 2,
      -400,
      0,
      30,
      365,
      366,
    ])
    return new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10)
  }

  #pickHours(): number {
    return this.#random() < 0.05 ? 30 : Math.round((0.25 + this.#random() * 9) * 100) / 100
  }

  #pickNumber(below: number): number {
    return Math.floor(this.#random() * below)
  }

  #pick<T>(values: readonly T[]): T {
    return values[this.#pickNumber(values.length)]!
  }
}

const isFinal = ({ is_running: isRunning, hours }: TrackedEntry) => !isRunning && hours > 0

async function readTombstones(): Promise<string[]> {
  const versions = await readLatestVersions(env)
  return [...versions].filter(([, version]) => version === 'tombstone').map(([id]) => id)
}
