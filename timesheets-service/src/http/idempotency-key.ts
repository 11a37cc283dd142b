import { createHash } from 'node:crypto'
import { idempotencyKeyHeader, parseIdempotencyKey } from '@timesheets/contracts/idempotency-key'
import { sendJsonText } from '@timesheets/runtime/http/send-json'
import type { Request, Response } from 'express'
import type { EntryResponse, EntryStores, KeyedRequest, Respond } from '../domain/idempotency.ts'
import { getIdentity } from './gateway-identity.ts'
import type { ServiceParts } from './service-parts.ts'

/**
 * Processes a request about one entry and sends the response. With an idempotency key, a repeat is not processed again.
 * Call it after the body has been validated, so that an invalid request neither uses nor needs its key.
 * @param options.isDryRun the request stores nothing, so its response is not kept
 * @throws {ProblemError} `invalid-parameter` if the key is malformed
 * @throws {DomainError} of `IdempotencyStore`
 */
export async function respondOnce(
  request: Request,
  response: Response,
  { idempotency, uploads, decisions }: Pick<ServiceParts, 'idempotency' | keyof EntryStores>,
  respond: Respond,
  { isDryRun = false } = {},
): Promise<void> {
  const stores = { uploads, decisions }
  const keyed = toKeyedRequest(request, response)
  if (keyed === undefined) send(response, await respond(stores))
  else if (isDryRun) {
    await idempotency.assertUnused(keyed)
    send(response, await respond(stores))
  } else {
    const result = await idempotency.processOnce(keyed, respond)
    if (result.isReplayed) response.setHeader('idempotent-replayed', 'true')
    send(response, result.response)
  }
}

function send(response: Response, { status, location, etag, body }: EntryResponse): void {
  response.status(status)
  if (location !== null) response.setHeader('location', location)
  if (etag !== null) response.setHeader('etag', etag)
  sendJsonText(response, body)
}

/** @returns undefined if the request has no key */
function toKeyedRequest(request: Request, response: Response): KeyedRequest | undefined {
  const key = readKey(request)
  if (key === undefined) return undefined
  const { client, person } = getIdentity(response)
  return { clientId: client, person, key, fingerprint: computeFingerprint(request) }
}

/**
 * Identifies the key of a request among those of all clients and people, for the entries of a batch that have no
 * `external_id`. It is a hash, because others may read the entries.
 * @returns undefined if the request has no key
 * @throws {ProblemError} `invalid-parameter` if the key is malformed
 */
export function readKeyId(request: Request, response: Response): string | undefined {
  const key = readKey(request)
  if (key === undefined) return undefined
  const { client, person } = getIdentity(response)
  return createHash('sha256')
    .update(JSON.stringify([client, person, key]))
    .digest('hex')
    .slice(0, 32)
}

function readKey({ headers }: Request): string | undefined {
  const header = headers[idempotencyKeyHeader.toLowerCase()]
  return header === undefined ? undefined : parseIdempotencyKey(String(header))
}

/**
 * Hashes method, path, query and body. Two bodies are the same if they have the same fields with the same JSON values,
 * because a client that serializes an entry again may write it in another way. An entry that is valid is a flat object.
 */
function computeFingerprint({ method, originalUrl, body }: Request): Uint8Array<ArrayBuffer> {
  const [path, search = ''] = originalUrl.split(/\?(.*)/s)
  const query = [...new URLSearchParams(search)]
  const content = JSON.stringify([method, path, sortByName(query), sortByName(Object.entries(body))])
  return new Uint8Array(createHash('sha256').update(content).digest())
}

const sortByName = <T>(fields: readonly (readonly [string, T])[]) =>
  fields.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
