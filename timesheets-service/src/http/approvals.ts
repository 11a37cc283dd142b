import {
  type ApprovalsResponse,
  type ApproveMany,
  approveDaysSchema,
  approveIdsSchema,
  approveOneSchema,
  reopenSchema,
} from '@timesheets/contracts/approval'
import { ProblemError } from '@timesheets/contracts/problem'
import { parseOrThrow } from '@timesheets/contracts/validation'
import type { Caller } from '../domain/caller.ts'
import { approve, discard, notFound, reopen } from '../domain/decision.ts'
import type { Decided, EntryLedger } from '../postgres/entry-ledger.ts'
import { type Answer, type Call, type CallerOf, type Operation, readQuery, refuseIfMatch } from './call.ts'
import { entryIdOf, etagOf, ifMatch } from './entry-id.ts'
import { readJsonBody, readOptionalJsonBody } from './json-body.ts'

/** `PUT /approvals/{id}`: approves an entry, its pending correction applied; again changes nothing. */
export function approveTimesheet(ledger: EntryLedger, callerOf: CallerOf): Operation {
  return async (call) => {
    parseOrThrow(approveOneSchema, await readOptionalJsonBody(call.request), 'invalid-body')
    return decideOne(ledger, call, await callerOf(call), approve)
  }
}

/** `DELETE /approvals/{id}`: reopens an approved entry, or sends one back with a reason. */
export function reopenTimesheet(ledger: EntryLedger, callerOf: CallerOf): Operation {
  return async (call) => {
    const { reason } = parseOrThrow(reopenSchema, await readOptionalJsonBody(call.request), 'invalid-body')
    return decideOne(ledger, call, await callerOf(call), (entry, approver) => reopen(entry, approver, reason))
  }
}

/** `DELETE /approvals/{id}/correction`: the accepted entry stands; the same word of its source does not come back. */
export function discardCorrection(ledger: EntryLedger, callerOf: CallerOf): Operation {
  return async (call) => decideOne(ledger, call, await callerOf(call), discard)
}

/** `PUT /approvals`: a person's days, or entries by id, at once; each is told what became of it. */
export function approveTimesheets(ledger: EntryLedger, callerOf: CallerOf): Operation {
  return async (call) => {
    readQuery(call.query, [])
    refuseIfMatch(call)
    const body = readApproveMany(await readJsonBody(call.request))
    const approver = await callerOf(call)
    const which = 'ids' in body ? body : { userId: body.user_id, from: body.from, to: body.to }
    const doer = { clientId: call.identity.client, person: approver.userId }
    const results = await ledger.decideMany(which, doer, (entry) => approve(entry, approver))
    const ids = 'ids' in body ? [...new Set(body.ids)] : [...results.keys()]
    return { status: 200, body: answerOf(ids.map((id) => itemOf(id, results.get(id) ?? notFound(id)))) }
  }
}

/** Which of the two bodies it is meant to be is told by its members, so that its faults are told of that one. */
function readApproveMany(body: unknown): ApproveMany {
  const namesIds = typeof body === 'object' && body !== null && 'ids' in body
  const schema: typeof approveDaysSchema | typeof approveIdsSchema = namesIds
    ? approveIdsSchema
    : approveDaysSchema
  return parseOrThrow<typeof approveDaysSchema | typeof approveIdsSchema>(schema, body, 'invalid-body')
}

async function decideOne(
  ledger: EntryLedger,
  call: Call,
  approver: Caller,
  decide: typeof approve | typeof discard,
): Promise<Answer> {
  readQuery(call.query, [])
  const doer = { clientId: call.identity.client, person: approver.userId }
  const { entry } = await ledger.decideOne(
    entryIdOf(call),
    doer,
    (held) => decide(held, approver),
    ifMatch(call.request),
  )
  return { status: 200, body: entry, headers: { etag: etagOf(entry) } }
}

function itemOf(id: number, result: Decided | ProblemError): ApprovalsResponse['items'][number] {
  if (result instanceof ProblemError)
    return { id, status: 'rejected', code: result.status, problem: result.toProblem() }
  const { isChanged, entry } = result
  const status = !isChanged ? 'unchanged' : entry.deleted === true ? 'deleted' : 'approved'
  return { id, status, code: 200, entry }
}

function answerOf(items: ApprovalsResponse['items']): ApprovalsResponse {
  const count = (status: string) => items.filter((item) => item.status === status).length
  const rejected = count('rejected')
  return {
    errors: rejected > 0,
    summary: {
      received: items.length,
      approved: count('approved'),
      deleted: count('deleted'),
      unchanged: count('unchanged'),
      rejected,
    },
    items,
  }
}
