import { isOwn } from '../domain/caller.ts'
import { notFound } from '../domain/decision.ts'
import { readHistory } from '../postgres/entry-history.ts'
import type { PrismaClient } from '../postgres/generated/client.ts'
import { toStoredEntry } from '../postgres/read-entry.ts'
import { type Call, type CallerOf, type Operation, readQuery } from './call.ts'
import { entryIdOf, etagOf } from './entry-id.ts'

/** `GET /timesheets/{id}`: one entry, a person's own, or anybody's with `read:reports`. */
export function getTimesheet(client: PrismaClient, callerOf: CallerOf): Operation {
  return async (call) => {
    readQuery(call.query, [])
    const id = entryIdOf(call)
    const row = await client.timesheet.findUnique({ where: { id } })
    if (row === null || row.deletedAt !== null || !(await reader(call, callerOf))(row.userId))
      throw notFound(id)
    const entry = toStoredEntry(row)
    return { status: 200, body: entry, headers: { etag: etagOf(entry) } }
  }
}

/** `GET /timesheets/{id}/history`: every version, also of an entry that is deleted; while it was another's, to few. */
export function getTimesheetHistory(client: PrismaClient, callerOf: CallerOf): Operation {
  return async (call) => {
    readQuery(call.query, [])
    const id = entryIdOf(call)
    const versions = await readHistory(client, id, await reader(call, callerOf))
    if (versions.length === 0) throw notFound(id)
    return { status: 200, body: versions }
  }
}

/**
 * Whose entries a caller may read. Another's is as good as none: who may not read it shall not learn that it is there.
 */
async function reader(call: Call, callerOf: CallerOf): Promise<(userId: string) => boolean> {
  if (call.identity.scopes.includes('read:reports')) return () => true
  const caller = await callerOf(call)
  return (userId) => isOwn(caller, userId)
}
