import type { TestEnvironment, TrackedEntry } from './test-environment.ts'

/** What the source said last about an entry, as Postgres has it. */
export type LatestVersion = 'tombstone' | { readonly day: string; readonly content: string }

/** Reads the latest source version of each entry from Postgres, without the API. */
export async function readLatestVersions(env: TestEnvironment): Promise<Map<string, LatestVersion>> {
  const rows = await env.sql<Row>(
    `select external_id, user_id, to_char(day, 'YYYY-MM-DD') as day, project, seconds, notes, deleted_at, correction
       from timesheets where source = 'harvest'`,
  )
  return new Map(
    rows.map((row) => {
      const latest = row.correction ?? row
      const isDeleted = row.correction === null ? row.deleted_at !== null : row.correction.deleted === true
      const { user_id, day, project, seconds, notes } = latest as Row
      const content = JSON.stringify([user_id, day, project, seconds, notes ?? null])
      return [row.external_id, isDeleted ? 'tombstone' : { day, content }]
    }),
  )
}

interface Row {
  readonly external_id: string
  readonly user_id: string
  readonly day: string
  readonly project: string
  readonly seconds: number
  readonly notes: string | null
  readonly deleted_at: Date | null
  readonly correction: (Partial<Row> & { readonly deleted?: boolean }) | null
}

interface Range {
  readonly withheld: readonly string[]
  readonly from: string
  readonly to: string
}

/**
 * Compares the tracker with Postgres, both read directly: what the sync says about itself is not used, except what it
 * lists as withheld.
 * @returns what differs within the days, and entries of any day that are deleted here although the tracker has them
 */
export async function checkBothSides(env: TestEnvironment, { withheld, from, to }: Range) {
  const [tracked, stored] = [await env.readTracked(), await readLatestVersions(env)]
  const users = await env.local<{ id: number; email: string }[]>('tracker', 'GET', 'users')
  const emails = new Map(users.map(({ id, email }) => [id, email]))
  const names = await env.sql<{ kind: string; name: string; user_id: string }>(
    'select kind, name, user_id from person_names',
  )
  const directory = new Map(names.map(({ kind, name, user_id }) => [`${kind} ${name}`, user_id]))
  const toUserId = (id: number) =>
    directory.get(`harvest ${id}`) ?? directory.get(`email ${emails.get(id)}`) ?? emails.get(id)
  const differing: string[] = []
  const falseTombstones: string[] = []
  const isInRange = (day: string) => day >= from && day <= to
  const limit = new Date()
  limit.setUTCFullYear(limit.getUTCFullYear() + 1)
  const isRejected = ({ hours, spent_date: day }: TrackedEntry) =>
    hours > 24 || Date.parse(day) > limit.getTime()
  const listed = new Set<string>()
  for (const entry of tracked) {
    const id = String(entry.id)
    const seconds = Math.round(entry.hours * 3600)
    listed.add(id)
    const version = stored.get(id)
    // Its content is not final, so the last final one stays.
    if (entry.is_running || isRejected(entry)) continue
    if (seconds === 0) {
      if (version !== undefined && version !== 'tombstone' && isInRange(version.day))
        differing.push(`${id}: has no hours in the tracker, and ${version.content} here`)
      continue
    }
    if (version === 'tombstone') falseTombstones.push(id)
    const { spent_date: day, notes } = entry
    const content = JSON.stringify([toUserId(entry.user.id), day, entry.project.name, seconds, notes || null])
    const isSame = version !== undefined && version !== 'tombstone' && version.content === content
    const isSeen =
      isInRange(day) || (version !== undefined && version !== 'tombstone' && isInRange(version.day))
    if (isSeen && !isSame) differing.push(`${id}: ${content} in the tracker, ${JSON.stringify(version)} here`)
  }
  for (const [id, version] of stored) {
    if (listed.has(id) || version === 'tombstone' || withheld.includes(id) || !isInRange(version.day))
      continue
    differing.push(`${id}: deleted in the tracker, and ${version.content} here`)
  }
  return { differing, falseTombstones }
}
