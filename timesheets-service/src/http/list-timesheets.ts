import { type ListQuery, listQuerySchema } from '@timesheets/contracts/list-query'
import { ProblemError } from '@timesheets/contracts/problem'
import { type Call, type Operation, readQueryBy } from './call.ts'
import { type EntryList, filterOf } from './entry-list.ts'
import type { UserIdOf } from './own-timesheets.ts'

const everybody = '*'

/** `GET /timesheets`: own entries; anybody's with `read:reports`. */
export function listTimesheets(list: EntryList, userIdOf: UserIdOf): Operation {
  return async (call) => {
    const asked = readQueryBy(call.query, listQuerySchema)
    return await list.answer(call, asked, { ...filterOf(asked), userId: await whose(call, asked, userIdOf) })
  }
}

/** @returns undefined: everybody's */
async function whose(call: Call, asked: ListQuery, userIdOf: UserIdOf): Promise<string | undefined> {
  const own = await userIdOf(call)
  if (asked.user_id === undefined) return own
  const isOwn = asked.user_id === own && own !== everybody
  if (!isOwn && !call.identity.scopes.includes('read:reports')) throw ownOnly()
  return asked.user_id === everybody ? undefined : asked.user_id
}

/** RFC 6750, section 3.1. */
function ownOnly(): ProblemError {
  const scope = 'read:reports'
  return new ProblemError('insufficient-scope', `Entries of others need the scope ${scope}`, {
    members: { scopes: [scope] },
    headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${scope}"` },
  })
}
