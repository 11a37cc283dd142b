import type { Version } from '@timesheets/contracts/history'
import type { StoredEntry } from '@timesheets/contracts/stored-entry'
import { canRead } from '../domain/caller.ts'
import type { ReadableNames } from '../domain/entry-reader.ts'
import type { Prisma } from './generated/client.ts'
import { readVersions, type VersionRow } from './sql/read-versions.ts'

/** Fields that differ in every version, so they are not listed as changes. */
const bookkeepingFields = new Set(['id', 'version', 'created_at', 'updated_at'])

/**
 * Reads all versions of an entry, oldest first, some at a time. A version never changes and keeps its number when a later
 * one supersedes it, so each is read exactly once.
 * Versions that the caller may not read are left out, and so are the changes from such a version to the next one.
 */
export async function* readHistory(
  client: Prisma.TransactionClient,
  id: number,
  names: ReadableNames,
): AsyncGenerator<Version> {
  let previous: StoredEntry | undefined
  let rows = await readVersions(client, id, names, 0)
  while (rows.length > 0) {
    for (const row of rows) {
      const entry = canRead(names, row.user_id) ? (JSON.parse(row.entry) as StoredEntry) : undefined
      if (entry !== undefined) yield toVersion(row, entry, previous)
      previous = entry
    }
    rows = await readVersions(client, id, names, rows.at(-1)!.version)
  }
}

/** @param previous undefined for the first version, or if the caller may not read it */
function toVersion(row: VersionRow, entry: StoredEntry, previous: StoredEntry | undefined): Version {
  return {
    version: row.version,
    at: entry.updated_at,
    action: row.action as Version['action'],
    client: row.client_id,
    ...(row.person === null ? {} : { person: row.person }),
    ...(row.sync_run_id === null ? {} : { sync_run: Number(row.sync_run_id) }),
    source: row.source,
    ...(row.external_id === null ? {} : { external_id: row.external_id }),
    digest: row.digest,
    ...(row.approved_by === null ? {} : { approved_by: row.approved_by }),
    changes: previous === undefined ? {} : diffEntries(previous, entry),
    entry,
  }
}

function diffEntries(before: StoredEntry, after: StoredEntry): Version['changes'] {
  const [from, to] = [before as Record<string, unknown>, after as Record<string, unknown>]
  const fields = new Set([...Object.keys(from), ...Object.keys(to)])
  const changed = [...fields].filter(
    (field) => !bookkeepingFields.has(field) && JSON.stringify(from[field]) !== JSON.stringify(to[field]),
  )
  return Object.fromEntries(changed.map((field) => [field, { from: from[field], to: to[field] }]))
}
