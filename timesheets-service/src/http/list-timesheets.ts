import { type ListQuery, listQuerySchema } from '@timesheets/contracts/list-query'
import { ProblemError } from '@timesheets/contracts/problem'
import { isOwn } from '../domain/caller.ts'
import { type Call, type CallerOf, type Operation, readQueryBy } from './call.ts'
import { type EntryList, filterOf } from './entry-list.ts'

const everybody = '*'

/** `GET /timesheets`: own entries; anybody's with `read:reports`. */
export function listTimesheets(list: EntryList, callerOf: CallerOf): Operation {
  return async (call) => {
    const asked = readQueryBy(call.query, listQuerySchema)
    return await list.answer(call, asked, { ...filterOf(asked), userIds: await whose(call, asked, callerOf) })
  }
}

/** @returns undefined: everybody's */
async function whose(
  call: Call,
  asked: ListQuery,
  callerOf: CallerOf,
): Promise<readonly string[] | undefined> {
  const caller = await callerOf(call)
  if (asked.user_id === undefined) return caller.names
  const isTheirs = asked.user_id !== everybody && isOwn(caller, asked.user_id)
  if (!isTheirs && !call.identity.scopes.includes('read:reports')) throw ownOnly()
  return asked.user_id === everybody ? undefined : [asked.user_id]
}

/** RFC 6750, section 3.1. */
function ownOnly(): ProblemError {
  const scope = 'read:reports'
  return new ProblemError('insufficient-scope', `Entries of others need the scope ${scope}`, {
    members: { scopes: [scope] },
    headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${scope}"` },
  })
}
