import { notFound } from '../domain/decision.ts'
import { readHistory } from '../postgres/entry-history.ts'
import type { PrismaClient } from '../postgres/generated/client.ts'
import { toStoredEntry } from '../postgres/read-entry.ts'
import { type Call, type Operation, readQuery } from './call.ts'
import { entryIdOf, etagOf } from './entry-id.ts'
import type { UserIdOf } from './own-timesheets.ts'

/** `GET /timesheets/{id}`: one entry, a person's own, or anybody's with `read:reports`. */
export function getTimesheet(client: PrismaClient, userIdOf: UserIdOf): Operation {
  return async (call) => {
    readQuery(call.query, [])
    const id = entryIdOf(call)
    const row = await client.timesheet.findUnique({ where: { id } })
    if (row === null || row.deletedAt !== null || !(await mayRead(call, row.userId, userIdOf)))
      throw notFound(id)
    const entry = toStoredEntry(row)
    return { status: 200, body: entry, headers: { etag: etagOf(entry) } }
  }
}

/** `GET /timesheets/{id}/history`: every version, also of an entry that is deleted. */
export function getTimesheetHistory(client: PrismaClient, userIdOf: UserIdOf): Operation {
  return async (call) => {
    readQuery(call.query, [])
    const id = entryIdOf(call)
    const versions = await readHistory(client, id)
    const current = versions?.at(-1)
    if (current === undefined || !(await mayRead(call, current.entry.user_id, userIdOf))) throw notFound(id)
    return { status: 200, body: versions }
  }
}

/** Another's entry is as good as none: who may not read it shall not learn that it is there. */
async function mayRead(call: Call, owner: string, userIdOf: UserIdOf): Promise<boolean> {
  return call.identity.scopes.includes('read:reports') || owner === (await userIdOf(call))
}
