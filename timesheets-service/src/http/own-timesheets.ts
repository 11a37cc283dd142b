import { readOwnEntry } from '@timesheets/contracts/entry'
import { change, remove } from '../domain/decision.ts'
import type { EntryLedger } from '../postgres/entry-ledger.ts'
import type { Call, Operation } from './call.ts'
import { readQuery } from './call.ts'
import { entryIdOf, etagOf, ifMatch } from './entry-id.ts'
import { readJsonBody } from './json-body.ts'

/** Whose hours a caller's are. */
export type UserIdOf = (call: Call) => Promise<string>

/** `POST /timesheets`: a person enters hours; whose they are, the token says. */
export function createTimesheet(ledger: EntryLedger, userIdOf: UserIdOf, publicUrl: string): Operation {
  return async (call) => {
    readQuery(call.query, [])
    const person = await userIdOf(call)
    const content = readOwnEntry(await readJsonBody(call.request), person, new Date())
    const entry = await ledger.create(content, { clientId: call.identity.client, person })
    return {
      status: 201,
      body: entry,
      headers: { location: `${publicUrl}/timesheets/${entry.id}`, etag: etagOf(entry) },
    }
  }
}

/** `PUT /timesheets/{id}`: a person changes hours of their own that nobody has approved. */
export function changeTimesheet(ledger: EntryLedger, userIdOf: UserIdOf): Operation {
  return async (call) => {
    readQuery(call.query, [])
    const id = entryIdOf(call)
    const person = await userIdOf(call)
    const content = readOwnEntry(await readJsonBody(call.request), person, new Date())
    const doer = { clientId: call.identity.client, person }
    const { entry } = await ledger.decideOne(
      id,
      doer,
      (held) => change(held, content, person),
      ifMatch(call.request),
    )
    return { status: 200, body: entry, headers: { etag: etagOf(entry) } }
  }
}

/** `DELETE /timesheets/{id}`: a person deletes hours of their own that nobody has approved; the history stays. */
export function deleteTimesheet(ledger: EntryLedger, userIdOf: UserIdOf): Operation {
  return async (call) => {
    readQuery(call.query, [])
    const id = entryIdOf(call)
    const person = await userIdOf(call)
    const doer = { clientId: call.identity.client, person }
    await ledger.decideOne(id, doer, (held) => remove(held, person), ifMatch(call.request))
    return { status: 204, body: undefined }
  }
}
