import type { DecisionStore } from './decision-store.ts'
import { DomainError } from './domain-error.ts'
import type { UploadStore } from './upload-store.ts'

/** A request that its client may repeat. Client, person and key together identify it. */
export interface KeyedRequest {
  readonly clientId: string
  /** The person as the token names them: a change of the directory of people must not make a repeat a new request. */
  readonly person: string
  readonly key: string
  /** Hash over everything that makes two requests the same: operation, query and body. */
  readonly fingerprint: Uint8Array
}

/** A successful response about one entry, as its request and each repeat get it. */
export interface EntryResponse {
  readonly status: number
  /** Null if the response is about no stored entry. */
  readonly location: string | null
  readonly etag: string | null
  /** JSON. */
  readonly body: string
}

/** Where a request stores entries. */
export interface EntryStores {
  readonly uploads: UploadStore
  readonly decisions: Pick<DecisionStore, 'create'>
}

/** Processes a request: stores entries, and returns the response. */
export type Respond = (stores: EntryStores) => Promise<EntryResponse>

/** Keeps the responses of requests with a key, so that a repeat stores nothing and gets the same response. */
export interface IdempotencyStore {
  /**
   * Processes a request, or returns the response that is kept for it. What `respond` stores and its response are
   * committed together. If another writer is in the way, nothing is stored and `respond` runs again.
   * @throws {DomainError} `idempotency-key-in-flight`, `idempotency-key-reused`, `too-many-idempotency-keys`, `busy`;
   *   then and if `respond` throws, nothing is stored or kept
   */
  processOnce(
    request: KeyedRequest,
    respond: Respond,
  ): Promise<{ readonly response: EntryResponse; readonly isReplayed: boolean }>

  /**
   * Checks a request that stores nothing, a dry run.
   * @throws {DomainError} `idempotency-key-reused` if a response is kept under its key
   */
  assertUnused(request: KeyedRequest): Promise<void>
}

export function keyReused(key: string): DomainError {
  return new DomainError(
    'idempotency-key-reused',
    `The idempotency key "${key}" belongs to an earlier request with another body, query or path; use a new key`,
  )
}

export function keyInFlight(key: string): DomainError {
  return new DomainError(
    'idempotency-key-in-flight',
    `A request with the idempotency key "${key}" is in progress; send the request again`,
  )
}

/** @param retryAfterSeconds when the oldest of the client's keys expires */
export function tooManyKeys(maxKeys: number, retryAfterSeconds: number): DomainError {
  return new DomainError(
    'too-many-idempotency-keys',
    `The client has ${maxKeys} idempotency keys, and the oldest expires in ${retryAfterSeconds} s; nothing was stored. Upload with an external_id instead, which needs no key`,
    { details: { max_keys: maxKeys, retry_after_seconds: retryAfterSeconds } },
  )
}
