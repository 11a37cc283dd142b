import type { Version } from '@timesheets/contracts/history'
import type { StoredEntry } from '@timesheets/contracts/stored-entry'
import type { PrismaClient } from './generated/client.ts'
import type { TimesheetModel } from './generated/models.ts'
import { toStoredEntry } from './read-entry.ts'

/** Members that every version has anew: they say nothing of what was changed. */
const bookkeeping = new Set(['id', 'version', 'created_at', 'updated_at'])

/**
 * Every version of an entry, oldest first: the superseded ones, and the one that stands.
 * @param mayRead whose versions may be told of; of the others nothing is, also not what they changed into
 * @returns none where there never was such an entry
 */
export async function readHistory(
  client: PrismaClient,
  id: number,
  mayRead: (userId: string) => boolean,
): Promise<Version[]> {
  // One statement's snapshot each: the one that stands is read first, so that none is missing between the two.
  const current = await client.timesheet.findUnique({ where: { id } })
  if (current === null) return []
  const superseded = await client.timesheetVersion.findMany({
    where: { timesheetId: id, version: { lt: current.version } },
    orderBy: { version: 'asc' },
  })
  const rows: TimesheetModel[] = [...superseded.map((row) => ({ ...row, id: row.timesheetId })), current]
  return rows.flatMap((row, i) => {
    const before = rows[i - 1]
    if (!mayRead(row.userId)) return []
    return [versionOf(row, before !== undefined && mayRead(before.userId) ? before : undefined)]
  })
}

function versionOf(row: TimesheetModel, before: TimesheetModel | undefined): Version {
  const entry = toStoredEntry(row)
  return {
    version: row.version,
    at: entry.updated_at,
    action: row.action as Version['action'],
    client: row.clientId,
    ...(row.person === null ? {} : { person: row.person }),
    source: row.source,
    ...(row.externalId === null ? {} : { external_id: row.externalId }),
    digest: row.digest === null ? null : Buffer.from(row.digest).toString('hex'),
    ...(row.approvedBy === null ? {} : { approved_by: row.approvedBy }),
    changes: before === undefined ? {} : changesBetween(toStoredEntry(before), entry),
    entry,
  }
}

function changesBetween(before: StoredEntry, after: StoredEntry): Version['changes'] {
  const [from, to] = [before as Record<string, unknown>, after as Record<string, unknown>]
  const members = new Set([...Object.keys(from), ...Object.keys(to)])
  const changed = [...members].filter(
    (member) => !bookkeeping.has(member) && JSON.stringify(from[member]) !== JSON.stringify(to[member]),
  )
  return Object.fromEntries(changed.map((member) => [member, { from: from[member], to: to[member] }]))
}
