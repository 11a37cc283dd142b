import {
  digestEntriesQuerySchema,
  digestsQuerySchema,
  rejectionsQuerySchema,
  type SyncRun,
  syncRunBodySchema,
  syncRunPatchSchema,
  syncRunsQuerySchema,
} from '@timesheets/contracts/sync-run'
import { parseOrThrow } from '@timesheets/contracts/validation'
import { sendJson } from '@timesheets/runtime/http/send-json'
import type { Request, Response, Router } from 'express'
import { assertOwnRun, assertWritable, isSourceOwner, sourceNotOwned } from '../../domain/sync-run.ts'
import type { SyncRunFilter } from '../../domain/sync-run-store.ts'
import { getIdentity } from '../gateway-identity.ts'
import { jsonBody } from '../json-body.ts'
import { createResourceRouter } from '../operation-contract.ts'
import { invalidParameter, parseQuery } from '../query.ts'
import { readRejections } from '../rejection-lines.ts'
import { pageBytes, reportBytes, reserveResponse } from '../response-budget.ts'
import type { ServiceParts } from '../service-parts.ts'
import { sendStream } from '../stream.ts'
import { findSyncRun, parseSyncRunId } from '../sync-run-header.ts'

const defaultLimit = 100

/** A report that names as many differing days as it may. */
const maxPatchBytes = 512 * 1024

/** `/sync-runs`: the runs of a sync, what they compare, and what they could not place. */
export function syncRunsRouter(parts: ServiceParts): Router {
  const { syncRuns, sourceOwners, cursors, responses, publicUrl } = parts

  /** The run in the path, for an owner of its source. */
  async function findOwnRun(request: Request, response: Response): Promise<SyncRun> {
    return findSyncRun(parseSyncRunId(String(request.params.id)), getIdentity(response).client, parts)
  }

  /** The run in the path, also for a caller who reads everything. */
  async function findReadableRun(request: Request, response: Response): Promise<SyncRun> {
    const id = parseSyncRunId(String(request.params.id))
    return findSyncRun(id, canReadAll(response) ? undefined : getIdentity(response).client, parts)
  }

  /** Selects the runs that the caller may read. */
  async function resolveOwner(
    source: string | undefined,
    response: Response,
  ): Promise<Pick<SyncRunFilter, 'sources' | 'client'>> {
    const { client } = getIdentity(response)
    if (canReadAll(response)) return { sources: source === undefined ? undefined : [source] }
    if (source !== undefined) {
      const firstClient = await syncRuns.findFirstClient(source)
      if (!isSourceOwner(client, source, firstClient, sourceOwners)) throw sourceNotOwned(source)
      const hasOwner = firstClient !== undefined || sourceOwners.has(source)
      return { sources: [source], client: hasOwner ? undefined : client }
    }
    const configured = [...sourceOwners].filter(([, clients]) => clients.has(client)).map(([name]) => name)
    const first = (await syncRuns.listFirstSources(client)).filter((name) => !sourceOwners.has(name))
    return { sources: [...configured, ...first] }
  }

  /** Sets `Link` where there is a next page. */
  function linkNext(
    response: Response,
    path: string,
    list: string,
    parameters: Record<string, string>,
    last: number,
  ): void {
    const search = new URLSearchParams({ ...parameters, cursor: cursors.seal(list, String(last)) })
    response.setHeader('link', `<${publicUrl}${path}?${search}>; rel="next"`)
  }

  return createResourceRouter({
    startSyncRun: [
      jsonBody(parts.body),
      async (request, response) => {
        const body = parseOrThrow(syncRunBodySchema, request.body, 'invalid-body')
        const { client } = getIdentity(response)
        const run = await syncRuns.start(body, client, (firstClient) =>
          isSourceOwner(client, body.source, firstClient, sourceOwners),
        )
        response.status(201).setHeader('location', `${publicUrl}/sync-runs/${run.id}`)
        sendJson(response, run)
      },
    ],

    patchSyncRun: [
      jsonBody({ ...parts.body, maxBytes: maxPatchBytes }),
      async (request, response) => {
        const patch = parseOrThrow(syncRunPatchSchema, request.body, 'invalid-body')
        const run = await findOwnRun(request, response)
        assertOwnRun(run, getIdentity(response).client)
        sendJson(response, await syncRuns.patch(run, patch))
      },
    ],

    listSyncRuns: [
      reserveResponse(responses, pageBytes),
      async (request, response) => {
        const { cursor, ...parameters } = parseQuery(request, syncRunsQuerySchema)
        const list = JSON.stringify(['sync-runs', parameters.source, parameters.state])
        const before = cursor === undefined ? undefined : Number(cursors.open(list, cursor))
        const limit = parameters.limit === undefined ? defaultLimit : Number(parameters.limit)
        const owner = await resolveOwner(parameters.source, response)
        const { runs, hasMore } = await syncRuns.list({ ...owner, state: parameters.state, before, limit })
        if (hasMore) linkNext(response, '/sync-runs', list, parameters, runs.at(-1)!.id)
        sendJson(response, runs)
      },
    ],

    getSyncRun: [
      reserveResponse(responses, pageBytes),
      async (request, response) => sendJson(response, await findReadableRun(request, response)),
    ],

    listDigests: [
      reserveResponse(responses, reportBytes),
      async (request, response) => {
        const query = parseQuery(request, digestsQuerySchema)
        const run = await findOwnRun(request, response)
        const { from = run.from, to = run.to } = query
        if (from > to) throw invalidParameter('to', 'must not be before from')
        const recompute = query.recompute === 'true'
        const lines = syncRuns.sumDigests({ source: run.source, from, to, recompute })
        await sendNdjson(request, response, lines)
      },
    ],

    listDigestEntries: [
      reserveResponse(responses, pageBytes),
      async (request, response) => {
        const { day, user_id: userId, recompute } = parseQuery(request, digestEntriesQuerySchema)
        const { source } = await findOwnRun(request, response)
        const days = { source, from: day, to: day, recompute: recompute === 'true' }
        await sendNdjson(request, response, syncRuns.listEntries(days, userId))
      },
    ],

    reportRejections: [
      reserveResponse(responses, pageBytes),
      async (request, response) => {
        const run = await findOwnRun(request, response)
        assertWritable(run, getIdentity(response).client)
        let received = 0
        let kept = 0
        for await (const lines of readRejections(request, response, parts.body)) {
          received += lines.length
          const rejections = lines.map(({ external_id: externalId = null, problem, sent }) => ({
            externalId,
            problem,
            sent,
          }))
          kept += await syncRuns.addRejections(run, rejections)
        }
        sendJson(response, { received, kept })
      },
    ],

    listRejections: [
      reserveResponse(responses, reportBytes),
      async (request, response) => {
        const { cursor, ...parameters } = parseQuery(request, rejectionsQuerySchema)
        const { id } = await findReadableRun(request, response)
        const list = JSON.stringify(['rejections', id])
        const after = cursor === undefined ? undefined : Number(cursors.open(list, cursor))
        const limit = parameters.limit === undefined ? defaultLimit : Number(parameters.limit)
        const found = await syncRuns.listRejections(id, after, limit + 1)
        const page = found.slice(0, limit)
        if (found.length > limit)
          linkNext(response, `/sync-runs/${id}/rejections`, list, parameters, page.at(-1)!.id)
        sendJson(response, page)
      },
    ],
  })
}

async function sendNdjson(request: Request, response: Response, lines: AsyncIterable<string>): Promise<void> {
  response.setHeader('content-type', 'application/x-ndjson')
  if (request.method === 'HEAD') response.end()
  else await sendStream(response, lines)
}

const canReadAll = (response: Response) => getIdentity(response).scopes.includes('read:reports')
