/**
 * Every problem this API answers with (RFC 9457): the slug is stable and ends its `type`, the text may change.
 */
export const problems = {
  'malformed-json': { status: 400, title: 'The body is not JSON' },
  'invalid-parameter': { status: 400, title: 'A parameter is not right' },
  'invalid-request': { status: 400, title: 'The request is not right' },
  'missing-token': { status: 401, title: 'An access token is needed' },
  'invalid-token': { status: 401, title: 'The access token is not valid here' },
  'insufficient-scope': { status: 403, title: 'The access token does not allow this' },
  'source-not-yours': { status: 403, title: 'The source belongs to another client' },
  'self-approval': { status: 403, title: 'Nobody decides on their own hours' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'method-not-allowed': { status: 405, title: 'The method is not for this path' },
  'owned-by-source': { status: 409, title: 'The entry is changed where it came from' },
  approved: { status: 409, title: 'The entry is approved' },
  'name-taken': { status: 409, title: "The name is another person's" },
  'stale-version': { status: 412, title: 'The entry has changed since' },
  'too-large': { status: 413, title: 'The request is too large' },
  'unsupported-media-type': { status: 415, title: 'The body is of a kind that is not read here' },
  'invalid-entry': { status: 422, title: 'The entry is not acceptable' },
  'invalid-body': { status: 422, title: 'The body is not acceptable' },
  'internal-error': { status: 500, title: 'Something broke here' },
  'service-unreachable': { status: 502, title: 'The service behind the gateway refused or broke' },
  'not-ready': { status: 503, title: 'Not ready; try again shortly' },
  'keys-unavailable': { status: 503, title: 'The keys of the token issuer cannot be had' },
  'service-timeout': { status: 504, title: 'The service behind the gateway did not answer in time' },
} as const satisfies Record<string, { status: number; title: string }>

export type ProblemSlug = keyof typeof problems

/** One fault of one member: `pointer` is a JSON Pointer as URI fragment (RFC 6901, section 6), as in RFC 9457. */
export interface ValidationError {
  readonly pointer: string
  readonly message: string
}

/** The body of an `application/problem+json` answer (RFC 9457, section 3). */
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
  /** Members that help the caller, such as `errors` or `accepted`. */
  readonly members?: Readonly<Record<string, unknown>>
  /** Headers of the answer, such as `WWW-Authenticate`, `Allow` or `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>
  /** What led to it: for the log, never for the caller. */
  readonly cause?: unknown
}

/** An answer that is a problem; what stands in it may be shown to anybody. */
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
    // First, so that a person reads them first; and last, so that no member takes their place.
    return { ...defined, ...this.members, ...defined }
  }
}
