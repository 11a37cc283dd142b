import { parseOwnEntry } from '@timesheets/contracts/entry'
import { everybody } from '@timesheets/contracts/fields'
import type { Version } from '@timesheets/contracts/history'
import { type ListQuery, listQuerySchema } from '@timesheets/contracts/list-query'
import { ProblemError } from '@timesheets/contracts/problem'
import type { Response, Router } from 'express'
import { type Caller, isOwn } from '../../domain/caller.ts'
import { assertVersion, change, remove } from '../../domain/decision.ts'
import { noSuchEntry } from '../../domain/domain-error.ts'
import type { ReadableNames } from '../../domain/entry-reader.ts'
import type { PeopleStore } from '../../domain/people-store.ts'
import { resolveActor, resolveCaller } from '../caller.ts'
import { parseEntryId } from '../entry-id.ts'
import { EntryList, toFilter } from '../entry-list.ts'
import { parseIfMatch, sendEntry, toEtag } from '../etag.ts'
import { getIdentity } from '../gateway-identity.ts'
import { respondOnce } from '../idempotency-key.ts'
import { jsonBody } from '../json-body.ts'
import { createResourceRouter } from '../operation-contract.ts'
import { parseQuery } from '../query.ts'
import { pageBytes, reserveResponse } from '../response-budget.ts'
import type { ServiceParts } from '../service-parts.ts'
import { sendStream } from '../stream.ts'

/** `/timesheets`: lists entries, and lets people enter, change and delete their own hours. */
export function timesheetsRouter(parts: ServiceParts): Router {
  const { reader, decisions, people, responses, publicUrl } = parts
  const list = new EntryList(reader, parts.cursors, `${publicUrl}/timesheets`)
  return createResourceRouter({
    listTimesheets: [
      reserveResponse(responses, pageBytes),
      async (request, response) => {
        const query = parseQuery(request, listQuerySchema)
        const caller = await resolveCaller(response, people)
        const userIds = resolveUserFilter(query, caller, response)
        const readableNames = canReadEverybody(response) ? undefined : caller.names
        await list.send(request, response, query, { ...toFilter(query), userIds }, readableNames)
      },
    ],

    async getTimesheet(request, response) {
      const id = parseEntryId(request)
      const entry = await reader.findEntry(id, await resolveReadableNames(response, people))
      if (entry === undefined) throw noSuchEntry(id)
      assertVersion(entry, parseIfMatch(request))
      sendEntry(response, entry)
    },

    getTimesheetHistory: [
      reserveResponse(responses, pageBytes),
      async (request, response) => {
        const id = parseEntryId(request)
        const versions = reader.readHistory(id, await resolveReadableNames(response, people))
        const items = versions[Symbol.asyncIterator]()
        const first = await items.next()
        if (first.done === true) throw noSuchEntry(id)
        response.setHeader('content-type', 'application/json')
        if (request.method === 'HEAD') response.end()
        else await sendStream(response, toJsonArray(first.value, items))
      },
    ],

    createTimesheet: [
      jsonBody(parts.body),
      async (request, response) => {
        const { actor } = await resolveActor(response, people)
        const content = parseOwnEntry(request.body, actor.person, new Date())
        await respondOnce(request, response, parts, async (stores) => {
          const entry = await stores.decisions.create(content, actor)
          return {
            status: 201,
            location: `${publicUrl}/timesheets/${entry.id}`,
            etag: toEtag(entry.version),
            body: JSON.stringify(entry),
          }
        })
      },
    ],

    changeTimesheet: [
      jsonBody(parts.body),
      async (request, response) => {
        const id = parseEntryId(request)
        const { caller, actor } = await resolveActor(response, people)
        const content = parseOwnEntry(request.body, caller.userId, new Date())
        const { entry } = await decisions.decideOne(id, actor, (locked) => {
          const decision = change(locked, content, caller)
          assertVersion(locked, parseIfMatch(request))
          return decision
        })
        sendEntry(response, entry)
      },
    ],

    async deleteTimesheet(request, response) {
      const id = parseEntryId(request)
      const { caller, actor } = await resolveActor(response, people)
      await decisions.decideOne(id, actor, (locked) => {
        const decision = remove(locked, caller)
        assertVersion(locked, parseIfMatch(request))
        return decision
      })
      response.status(204).end()
    },
  })
}

/** Serializes versions one by one, so that a long history is never in memory as a whole. */
async function* toJsonArray(first: Version, others: AsyncIterator<Version>): AsyncGenerator<string> {
  yield `[${JSON.stringify(first)}`
  for (let next = await others.next(); next.done !== true; next = await others.next())
    yield `,${JSON.stringify(next.value)}`
  yield ']'
}

/** @returns the names whose entries to list; undefined for everybody's */
function resolveUserFilter(
  { user_id: userId }: ListQuery,
  caller: Caller,
  response: Response,
): readonly string[] | undefined {
  if (userId === undefined) return caller.names
  const isCaller = userId !== everybody && isOwn(caller, userId)
  if (!isCaller && !canReadEverybody(response)) throw insufficientScope()
  return userId === everybody ? undefined : [userId]
}

/** Entries of others look missing to a caller who may not read them, so that their existence is not revealed. */
async function resolveReadableNames(response: Response, people: PeopleStore): Promise<ReadableNames> {
  return canReadEverybody(response) ? undefined : (await resolveCaller(response, people)).names
}

const canReadEverybody = (response: Response) => getIdentity(response).scopes.includes('read:reports')

/** RFC 6750, section 3.1. */
function insufficientScope(): ProblemError {
  const scope = 'read:reports'
  return new ProblemError('insufficient-scope', `Entries of others need the scope ${scope}`, {
    members: { scopes: [scope] },
    headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${scope}"` },
  })
}
