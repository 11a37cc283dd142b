import { parseOwnEntry } from '@timesheets/contracts/entry'
import { change, remove } from '../domain/decision.ts'
import type { EntryLedger } from '../postgres/entry-ledger.ts'
import { type CallerOf, type Operation, readQuery } from './call.ts'
import { entryIdOf, etagOf, ifMatch } from './entry-id.ts'
import { readJsonBody } from './json-body.ts'

/** `POST /timesheets`: a person enters hours; whose they are, the token says. */
export function createTimesheet(ledger: EntryLedger, callerOf: CallerOf, publicUrl: string): Operation {
  return async (call) => {
    readQuery(call.query, [])
    const { userId } = await callerOf(call)
    const content = parseOwnEntry(await readJsonBody(call.request), userId, new Date())
    const entry = await ledger.create(content, { clientId: call.identity.client, person: userId })
    return {
      status: 201,
      body: entry,
      headers: { location: `${publicUrl}/timesheets/${entry.id}`, etag: etagOf(entry) },
    }
  }
}

/** `PUT /timesheets/{id}`: a person changes hours of their own that nobody has approved. */
export function changeTimesheet(ledger: EntryLedger, callerOf: CallerOf): Operation {
  return async (call) => {
    readQuery(call.query, [])
    const id = entryIdOf(call)
    const caller = await callerOf(call)
    const content = parseOwnEntry(await readJsonBody(call.request), caller.userId, new Date())
    const doer = { clientId: call.identity.client, person: caller.userId }
    const { entry } = await ledger.decideOne(
      id,
      doer,
      (held) => change(held, content, caller),
      ifMatch(call.request),
    )
    return { status: 200, body: entry, headers: { etag: etagOf(entry) } }
  }
}

/** `DELETE /timesheets/{id}`: a person deletes hours of their own that nobody has approved; the history stays. */
export function deleteTimesheet(ledger: EntryLedger, callerOf: CallerOf): Operation {
  return async (call) => {
    readQuery(call.query, [])
    const id = entryIdOf(call)
    const caller = await callerOf(call)
    const doer = { clientId: call.identity.client, person: caller.userId }
    await ledger.decideOne(id, doer, (held) => remove(held, caller), ifMatch(call.request))
    return { status: 204, body: undefined }
  }
}
