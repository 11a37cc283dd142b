import {
  type ApprovalsResponse,
  type ApproveMany,
  approveDaysSchema,
  approveIdsSchema,
  approveOneSchema,
  reopenSchema,
} from '@timesheets/contracts/approval'
import { everybody } from '@timesheets/contracts/fields'
import { approvalsQuerySchema } from '@timesheets/contracts/list-query'
import { parseOrThrow } from '@timesheets/contracts/validation'
import { sendJson } from '@timesheets/runtime/http/send-json'
import type { Request, RequestHandler, Response, Router } from 'express'
import type { Caller } from '../../domain/caller.ts'
import {
  approve,
  assertUnchangedSince,
  assertVersion,
  type Decision,
  discard,
  type LockedEntry,
  reopen,
} from '../../domain/decision.ts'
import type { DecisionResult, DecisionStore, EntrySelection } from '../../domain/decision-store.ts'
import { DomainError, noSuchEntry } from '../../domain/domain-error.ts'
import type { PeopleStore } from '../../domain/people-store.ts'
import { resolveActor } from '../caller.ts'
import { toDomainProblem } from '../domain-problem.ts'
import { parseEntryId } from '../entry-id.ts'
import { EntryList, toFilter } from '../entry-list.ts'
import { parseIfMatch, sendEntry } from '../etag.ts'
import { jsonBody } from '../json-body.ts'
import { createResourceRouter } from '../operation-contract.ts'
import { parseQuery } from '../query.ts'
import { pageBytes, reportBytes, reserveResponse } from '../response-budget.ts'
import type { ServiceParts } from '../service-parts.ts'

/** `/approvals`: lists what needs a decision, and records the decisions of approvers. */
export function approvalsRouter(parts: ServiceParts): Router {
  const { decisions, people } = parts
  const list = new EntryList(parts.reader, parts.cursors, `${parts.publicUrl}/approvals`)

  async function decideOne(
    request: Request,
    response: Response,
    decide: (entry: LockedEntry, approver: Caller) => Decision | undefined,
  ): Promise<void> {
    const { caller, actor } = await resolveActor(response, people)
    const { entry } = await decisions.decideOne(parseEntryId(request), actor, (locked) => {
      const decision = decide(locked, caller)
      assertVersion(locked, parseIfMatch(request))
      return decision
    })
    sendEntry(response, entry)
  }

  const optionalBody = jsonBody({ ...parts.body, isOptional: true })
  return createResourceRouter({
    listApprovals: [
      reserveResponse(parts.responses, pageBytes),
      async (request, response) => {
        const query = parseQuery(request, approvalsQuerySchema)
        const userIds =
          query.user_id === undefined || query.user_id === everybody ? undefined : [query.user_id]
        const filter = { ...toFilter(query), userIds, needsDecision: true }
        await list.send(request, response, query, filter, undefined)
      },
    ],

    approveTimesheets: [
      jsonBody(parts.body),
      reserveResponse(parts.responses, reportBytes),
      approveMany(decisions, people),
    ],

    approveTimesheet: [
      optionalBody,
      async (request, response) => {
        parseOrThrow(approveOneSchema, request.body, 'invalid-body')
        await decideOne(request, response, approve)
      },
    ],

    reopenTimesheet: [
      optionalBody,
      async (request, response) => {
        const { reason } = parseOrThrow(reopenSchema, request.body, 'invalid-body')
        await decideOne(request, response, (entry, approver) => reopen(entry, approver, reason))
      },
    ],

    discardCorrection: (request, response) => decideOne(request, response, discard),
  })
}

/** Approves the entries of one person in a range of days, or entries by id. */
function approveMany(decisions: DecisionStore, people: PeopleStore): RequestHandler {
  return async (request, response) => {
    const body = parseApproveMany(request.body)
    const { caller, actor } = await resolveActor(response, people)
    const selection: EntrySelection =
      'ids' in body ? { ids: body.ids } : { userId: body.user_id, from: body.from, to: body.to }
    const results = await decisions.decideMany(selection, actor, (entry) => {
      const decision = approve(entry, caller)
      if (decision !== undefined) assertUnchangedSince(entry, body.seen_at)
      return decision
    })
    const ids = 'ids' in body ? [...new Set(body.ids)] : [...results.keys()]
    sendJson(response, summarize(ids.map((id) => toItem(id, results.get(id) ?? noSuchEntry(id)))))
  }
}

/** Picks the schema by the presence of `ids`, so that validation errors refer to the intended form. */
function parseApproveMany(body: unknown): ApproveMany {
  const hasIds = typeof body === 'object' && body !== null && 'ids' in body
  return hasIds
    ? parseOrThrow(approveIdsSchema, body, 'invalid-body')
    : parseOrThrow(approveDaysSchema, body, 'invalid-body')
}

function toItem(id: number, result: DecisionResult | DomainError): ApprovalsResponse['items'][number] {
  if (result instanceof DomainError) {
    const problem = toDomainProblem(result).toProblem()
    const status = result.code === 'changed-since' ? 'changed' : 'rejected'
    return { id, status, code: problem.status, problem }
  }
  const { isChanged, entry } = result
  const status = !isChanged ? 'unchanged' : entry.deleted === true ? 'deleted' : 'approved'
  return { id, status, code: 200, entry }
}

function summarize(items: ApprovalsResponse['items']): ApprovalsResponse {
  const count = (status: string) => items.filter((item) => item.status === status).length
  const rejected = count('rejected')
  return {
    errors: rejected > 0,
    summary: {
      received: items.length,
      approved: count('approved'),
      deleted: count('deleted'),
      unchanged: count('unchanged'),
      changed: count('changed'),
      rejected,
    },
    items,
  }
}
