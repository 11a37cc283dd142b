import type { EntryBody, TombstoneBody } from '@timesheets/contracts/entry'
import { personSchema } from '@timesheets/contracts/person'
import {
  type DayDigest,
  dayDigestSchema,
  type EntryDigest,
  entryDigestSchema,
  type RejectionBody,
  rejectionSchema,
  type SyncRunBody,
  type SyncRunPatch,
  startedSyncRunSchema,
  syncRunSchema,
} from '@timesheets/contracts/sync-run'
import { ndjson } from '@timesheets/contracts/upload'
import { z } from 'zod'
import { InvalidResponseError } from '../errors.ts'
import { parseResponse } from '../http/parse-response.ts'
import type { AccessToken } from './access-token.ts'
import { type ApiSettings, AuthorizedRequests } from './authorized-requests.ts'
import { toRefusal, toRunRefusal } from './refusal.ts'
import {
  itemLineSchema,
  toLineError,
  toUploadLine,
  type UploadItemLine,
  type UploadLine,
} from './upload-line.ts'

/** Items in one page of a list; the API's maximum. */
const pageSize = 500

// A newer API may send more fields than the contract of this version: read what is needed, and ignore the rest.
const peopleSchema = z.array(personSchema.pick({ user_id: true, emails: true, tracker_ids: true }).strip())
const startedRunSchema = startedSyncRunSchema.strip()
const runSchema = syncRunSchema
  .pick({
    id: true,
    source: true,
    account: true,
    from: true,
    to: true,
    mode: true,
    verify: true,
    status: true,
    bookmark: true,
    stats: true,
    rejections: true,
    started_at: true,
    ended_at: true,
  })
  .strip()
const triedSchema = z.object({ items: z.array(itemLineSchema) })
const runsSchema = z.array(runSchema)
const rejectionsSchema = z.array(
  rejectionSchema
    .pick({ external_id: true, problem: true, sent: true, origin: true, rejected_at: true })
    .strip(),
)

/** An entry of the contract with its identity, which makes a repeated upload safe. */
export type IdentifiedEntry = EntryBody & { readonly source: string; readonly external_id: string }

/** States that the source has no hours under this identity. */
export type IdentifiedTombstone = TombstoneBody & { readonly source: string }

export type UploadItem = IdentifiedEntry | IdentifiedTombstone

/** A sync run as the API stores it. */
export type StoredRun = z.infer<typeof runSchema>

/** What a run could not place. */
export type StoredRejection = z.infer<typeof rejectionsSchema>[number]

/** A run that has just started. */
export interface StartedRun {
  readonly id: number
  /** What the last successful run stored; null if there is none. */
  readonly bookmark: string | null
  /** How long the lease lasts unless it is renewed. */
  readonly leaseMs: number
}

/** A page of a list. */
export interface ListPage<T> {
  readonly items: readonly T[]
  /** Cursor of the next page; undefined on the last one. */
  readonly next: string | undefined
}

/** How entries are uploaded. */
export interface UploadOptions {
  /** Report what would change, and write nothing. */
  readonly dryRun: boolean
  /** The sync run that uploads. */
  readonly runId: number
}

const jsonHeaders = { 'content-type': 'application/json' }

/** One page of the directory of people. */
export interface PeoplePage {
  readonly people: z.infer<typeof peopleSchema>
  /** Cursor of the next page; undefined on the last one. */
  readonly next: string | undefined
}

/** The operations of the Timesheets API that a sync uses. */
export class ApiClient {
  readonly #requests: AuthorizedRequests

  /** @param signal aborts requests */
  constructor(settings: ApiSettings, token: AccessToken, signal?: AbortSignal) {
    this.#requests = new AuthorizedRequests(settings, token, signal)
  }

  /**
   * Asks what an upload of a few items would do. Nothing is written, and no run is needed.
   * @returns one result per item, in their order
   * @throws {ConfigurationError} this client may not upload, or API_URL is wrong
   * @throws {TransientError} the API or the token issuer is down
   * @throws {InvalidResponseError} any other response, also one that does not account for every item
   */
  async tryUpload(items: readonly UploadItem[]): Promise<readonly UploadItemLine[]> {
    const response = await this.#requests.request('/timesheets/upload?dry_run=true', {
      method: 'POST',
      headers: jsonHeaders,
      body: JSON.stringify(items),
    })
    if (response.status !== 200) throw toRefusal(response)
    const { items: results } = parseResponse(triedSchema, response.body, "The Timesheets API's response")
    if (results.length !== items.length || results.some(({ index }, i) => index !== i)) {
      throw new InvalidResponseError(
        `The Timesheets API returned ${results.length} results that do not match the ${items.length} items sent`,
      )
    }
    return results
  }

  /**
   * Uploads entries as one stream. Safe to repeat, since every item has its identity.
   * @param body JSON lines; read while the response is read
   * @returns the lines of the response, without those that this version does not know
   * @throws {SyncRunConflictError} the run is over
   * @throws the errors of `tryUpload`
   */
  async *uploadStream(
    body: () => AsyncIterable<Uint8Array>,
    { dryRun, runId }: UploadOptions,
  ): AsyncGenerator<UploadLine> {
    const path = `/timesheets/upload?results=all${dryRun ? '&dry_run=true' : ''}`
    const lines = this.#requests.requestLines(path, {
      method: 'POST',
      headers: { 'content-type': ndjson, 'sync-run': String(runId) },
      body,
    })
    for await (const value of lines) {
      const line = toUploadLine(value)
      if (line?.kind === 'problem') throw toLineError(line.problem)
      if (line !== undefined) yield line
    }
  }

  /**
   * Takes the lease of a source.
   * @throws {SyncRunConflictError} another run of the source is in progress
   * @throws {ConfigurationError} the source belongs to another client, or is bound to another account
   */
  async startRun(body: SyncRunBody): Promise<StartedRun> {
    const response = await this.#requests.request('/sync-runs', {
      method: 'POST',
      headers: jsonHeaders,
      body: JSON.stringify(body),
    })
    if (response.status !== 201) throw toRefusal(response)
    const run = parseResponse(startedRunSchema, response.body, "The Timesheets API's response")
    // By the clock of the server, because this machine's may be wrong.
    const nowMs = Date.parse(response.headers.get('date') ?? '') || Date.now()
    return { ...run, leaseMs: Date.parse(run.lease_expires_at) - nowMs }
  }

  /**
   * Renews the lease of a run, or ends it.
   * @throws {SyncRunConflictError} the run is over
   */
  async patchRun(id: number, patch: SyncRunPatch): Promise<void> {
    const response = await this.#requests.request(`/sync-runs/${id}`, {
      method: 'PATCH',
      headers: jsonHeaders,
      body: JSON.stringify(patch),
    })
    if (response.status !== 200) throw toRefusal(response)
  }

  /** Reads a run. */
  async getRun(id: number): Promise<StoredRun> {
    const response = await this.#requests.request(`/sync-runs/${id}`, { headers: {} })
    if (response.status !== 200) throw toRunRefusal(response)
    return parseResponse(runSchema, response.body, "The Timesheets API's sync run")
  }

  /** Lists the latest runs of a source, newest first. A page of long reports has fewer runs than its limit. */
  async listRuns(source: string, limit: number, state?: StoredRun['status']): Promise<readonly StoredRun[]> {
    const runs: StoredRun[] = []
    let cursor: string | undefined
    do {
      const query = new URLSearchParams({
        source,
        limit: String(limit - runs.length),
        ...(state && { state }),
        ...(cursor && { cursor }),
      })
      const response = await this.#requests.request(`/sync-runs?${query}`, { headers: {} })
      if (response.status !== 200) throw toRefusal(response)
      runs.push(...parseResponse(runsSchema, response.body, "The Timesheets API's list of sync runs"))
      cursor = parseNextCursor(response.headers)
    } while (cursor !== undefined && runs.length < limit)
    return runs
  }

  /** Reads one page of what a run could not place. */
  async listRejections(id: number, cursor?: string): Promise<ListPage<StoredRejection>> {
    const query = new URLSearchParams({
      limit: `${pageSize}`,
      ...(cursor === undefined ? {} : { cursor }),
    })
    const response = await this.#requests.request(`/sync-runs/${id}/rejections?${query}`, { headers: {} })
    if (response.status !== 200) throw toRefusal(response)
    const items = parseResponse(rejectionsSchema, response.body, "The Timesheets API's list of rejections")
    return { items, next: parseNextCursor(response.headers) }
  }

  /** Keeps what was rejected before the upload. Safe to repeat. */
  async reportRejections(id: number, rejections: readonly RejectionBody[]): Promise<void> {
    const response = await this.#requests.request(`/sync-runs/${id}/rejections`, {
      method: 'POST',
      headers: { 'content-type': ndjson },
      body: rejections.map((rejection) => `${JSON.stringify(rejection)}\n`).join(''),
    })
    if (response.status !== 200) throw toRefusal(response)
  }

  /** Reads the sums of the stored entries by person and day. */
  async *listDigests(
    id: number,
    { from, to, recompute }: { readonly from: string; readonly to: string; readonly recompute: boolean },
  ): AsyncGenerator<DayDigest> {
    const query = new URLSearchParams({ from, to, recompute: String(recompute) })
    for await (const line of this.#requests.requestLines(`/sync-runs/${id}/digests?${query}`, {
      headers: {},
    }))
      yield parseResponse(dayDigestSchema, line, "The Timesheets API's digest")
  }

  /** Reads the stored entries of one person and day. */
  async listEntries(id: number, userId: string, day: string, recompute: boolean): Promise<EntryDigest[]> {
    const query = new URLSearchParams({ user_id: userId, day, recompute: String(recompute) })
    const entries: EntryDigest[] = []
    for await (const line of this.#requests.requestLines(`/sync-runs/${id}/entries?${query}`, {
      headers: {},
    }))
      entries.push(parseResponse(entryDigestSchema, line, "The Timesheets API's digest"))
    return entries
  }

  /**
   * Reads one page of the directory of people.
   * @param cursor `next` of the page before
   * @throws the errors of `upload`
   */
  async listPeople(cursor?: string): Promise<PeoplePage> {
    const query = new URLSearchParams({
      limit: `${pageSize}`,
      ...(cursor === undefined ? {} : { cursor }),
    })
    const response = await this.#requests.request(`/people?${query}`, { headers: {} })
    if (response.status !== 200) throw toRefusal(response)
    const people = parseResponse(peopleSchema, response.body, "The Timesheets API's page of people")
    return { people, next: parseNextCursor(response.headers) }
  }
}

/**
 * Returns the cursor in the `Link` header (RFC 8288) of a list. Only the query is used: the host in it is the public
 * one, which may not be reachable from here.
 * @returns undefined on the last page
 */
export function parseNextCursor(headers: Headers): string | undefined {
  const [, query] = /<[^>?]*\?([^>]*)>;\s*rel="?next"?/.exec(headers.get('link') ?? '') ?? []
  return new URLSearchParams(query).get('cursor') ?? undefined
}
