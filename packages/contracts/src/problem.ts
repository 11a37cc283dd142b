/** Every problem that this API reports (RFC 9457). The slug is stable and ends the `type`; the texts may change. */
export const problems = {
  'malformed-json': { status: 400, title: 'The body is not JSON' },
  'invalid-parameter': { status: 400, title: 'A parameter is invalid' },
  'invalid-request': { status: 400, title: 'The request is invalid' },
  'missing-token': { status: 401, title: 'An access token is required' },
  'invalid-token': { status: 401, title: 'The access token is invalid' },
  'insufficient-scope': { status: 403, title: 'The access token lacks a scope' },
  'source-not-yours': { status: 403, title: 'The source belongs to another client' },
  'self-approval': { status: 403, title: 'Approvers cannot decide on their own hours' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'The path does not support this method' },
  'request-timeout': { status: 408, title: 'The request was not received in time' },
  'owned-by-source': { status: 409, title: 'The entry must be changed at its source' },
  approved: { status: 409, title: 'The entry is approved' },
  'idempotency-key-in-flight': { status: 409, title: 'A request with this idempotency key is in progress' },
  'name-taken': { status: 409, title: 'The name belongs to another person' },
  'other-account': { status: 409, title: 'The source is bound to another account' },
  'sync-run-active': { status: 409, title: 'Another sync run of the source is in progress' },
  'sync-run-over': { status: 409, title: 'The sync run is over' },
  'sync-run-verifies': { status: 409, title: 'The sync run only compares' },
  'stale-version': { status: 412, title: 'The entry has changed since it was read' },
  'too-large': { status: 413, title: 'The request is too large' },
  'unsupported-media-type': { status: 415, title: 'The media type or encoding of the body is not supported' },
  'invalid-entry': { status: 422, title: 'The entry is invalid' },
  'invalid-body': { status: 422, title: 'The body is invalid' },
  'idempotency-key-reused': { status: 422, title: 'The idempotency key belongs to another request' },
  'too-many-idempotency-keys': { status: 429, title: 'The client has too many idempotency keys' },
  'head-too-large': { status: 431, title: 'The request line and headers are too long' },
  'internal-error': { status: 500, title: 'Internal error' },
  'service-unreachable': { status: 502, title: 'The service behind the gateway is unreachable' },
  'not-ready': { status: 503, title: 'Not ready; try again shortly' },
  'keys-unavailable': { status: 503, title: 'The keys of the token issuer are unavailable' },
  'service-timeout': { status: 504, title: 'The service behind the gateway did not respond in time' },
} as const satisfies Record<string, { status: number; title: string }>

export type ProblemSlug = keyof typeof problems

/** One invalid field: `pointer` is a JSON Pointer as URI fragment (RFC 6901, section 6), as in RFC 9457. */
export interface ValidationError {
  readonly pointer: string
  readonly message: string
}

/** The body of an `application/problem+json` response (RFC 9457, section 3). */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly instance?: string
  readonly errors?: readonly ValidationError[]
  readonly [member: string]: unknown
}

interface ProblemOptions {
  /** Extension members that help the caller, such as `errors` or `accepted` (RFC 9457, section 3.2). */
  readonly members?: Readonly<Record<string, unknown>>
  /** Response headers, such as `WWW-Authenticate`, `Allow` or `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>
  /** The underlying error. It is logged and never sent. */
  readonly cause?: unknown
}

/** A problem that a handler throws. Its message and members are sent to the caller; its cause is not. */
export class ProblemError extends Error {
  readonly slug: ProblemSlug
  readonly status: number
  readonly members: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>

  constructor(slug: ProblemSlug, detail: string, options: ProblemOptions = {}) {
    super(detail, { cause: options.cause })
    this.name = 'ProblemError'
    this.slug = slug
    this.status = problems[slug].status
    this.members = options.members ?? {}
    this.headers = options.headers ?? {}
  }

  /** @param instance the request's id */
  toProblem(instance?: string): Problem {
    const defined = {
      type: `/problems/${this.slug}`,
      title: problems[this.slug].title,
      status: this.status,
      detail: this.message,
      ...(instance === undefined ? {} : { instance }),
    }
    // First for readability, and again last so that no extension member overrides them.
    return { ...defined, ...this.members, ...defined }
  }
}
