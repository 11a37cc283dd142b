import type { JsonSchema, SchemaRegistry } from './json-schema.ts'
import type {
  BodyContents,
  OperationContract,
  ResponseHeader,
  SuccessResponse,
} from './operation-contract.ts'
import { ProblemError, type ProblemSlug, problems } from './problem.ts'
import { problemSchema } from './problem-schema.ts'
import type { Route } from './route.ts'

const describeHeader = (description: string, schema: JsonSchema = { type: 'string' }) => ({
  description,
  schema,
})

/** The response headers that the document describes, in `components.headers`. */
export const responseHeaders = {
  Allow: describeHeader('The methods that the path supports'),
  'Content-Disposition': describeHeader('A name under which to save the response'),
  ETag: describeHeader('The version, for `If-Match` and `If-None-Match` (RFC 9110, section 8.8.3)'),
  'Idempotent-Replayed': describeHeader(
    '`true` if this is the response to an earlier request with the same `Idempotency-Key`',
    { const: 'true' },
  ),
  Link: describeHeader('`<…>; rel="next"`: the URL of the next page (RFC 8288). Absent on the last page'),
  Location: describeHeader('The URL of the created resource', { type: 'string', format: 'uri' }),
  'Retry-After': describeHeader('Seconds to wait before the next attempt', { type: 'string' }),
  'WWW-Authenticate': describeHeader('Why the token is not sufficient (RFC 6750, section 3)'),
  'X-Request-Id': describeHeader('The id of the request. A problem repeats it as `instance`'),
} as const satisfies Record<ResponseHeader | string, unknown>

type HeaderName = keyof typeof responseHeaders

const refHeaders = (names: readonly HeaderName[]) =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))

/** Describes bodies by media type, with their examples. */
export function toMediaTypes(contents: BodyContents, registry: SchemaRegistry, io: 'input' | 'output') {
  return Object.fromEntries(
    Object.entries(contents).map(([type, { schema, examples }]) => [
      type,
      {
        schema: registry.toSchema(schema, io),
        examples: Object.fromEntries(
          Object.entries(examples).map(([name, value]) => [
            name.replaceAll(' ', '-'),
            { summary: name, value },
          ]),
        ),
      },
    ]),
  )
}

/** Describes a successful response. */
export function toResponse(
  { description, headers = [], content }: SuccessResponse,
  registry: SchemaRegistry,
) {
  return {
    description,
    headers: refHeaders(['X-Request-Id', ...headers]),
    ...(content === undefined ? {} : { content: toMediaTypes(content, registry, 'output') }),
  }
}

/** Lists every problem with which an operation may respond. */
export function listProblems(route: Route, contract: OperationContract): ProblemSlug[] {
  const needsToken = route.scopes.length > 0
  return [
    'invalid-request',
    'invalid-parameter',
    ...(contract.body === undefined
      ? []
      : (['malformed-json', 'too-large', 'unsupported-media-type'] as const)),
    ...(needsToken
      ? (['missing-token', 'invalid-token', 'insufficient-scope', 'keys-unavailable'] as const)
      : []),
    ...(route.path.includes('{') ? (['not-found'] as const) : []),
    ...(contract.problems ?? []),
    'internal-error',
    ...(route.servedBy === 'gateway'
      ? []
      : (['not-ready', 'service-unreachable', 'service-timeout'] as const)),
  ]
}

/**
 * Describes one response for each status that the problems have, as a reference.
 * @param registry collects the schemas, for `components.schemas`
 * @param responses collects the referenced responses by name, for `components.responses`
 */
export function describeProblems(
  slugs: readonly ProblemSlug[],
  registry: SchemaRegistry,
  responses: Record<string, object>,
) {
  const statuses = [...new Set(slugs.map((slug) => problems[slug].status))].sort()
  return Object.fromEntries(
    statuses.map((status) => {
      const sameStatus = slugs.filter((slug) => problems[slug].status === status)
      const name = [status, ...sameStatus].join('_')
      responses[name] ??= describeProblem(status, sameStatus, registry)
      return [status, { $ref: `#/components/responses/${name}` }]
    }),
  )
}

/** Client errors that go away, so that their responses have `Retry-After`. */
const retryableConflicts: ReadonlySet<ProblemSlug> = new Set([
  'idempotency-key-in-flight',
  'too-many-idempotency-keys',
])

function describeProblem(status: number, slugs: readonly ProblemSlug[], registry: SchemaRegistry) {
  const types = slugs.map((slug) => `/problems/${slug}`)
  const names: HeaderName[] = ['X-Request-Id']
  // 400 has it for a token that was sent in an unsupported way (RFC 6750, section 3.1).
  if ([400, 401, 403].includes(status)) names.push('WWW-Authenticate')
  if (status === 412) names.push('ETag')
  if (status >= 502 || slugs.some((slug) => retryableConflicts.has(slug))) names.push('Retry-After')
  return {
    description: slugs.map((slug) => problems[slug].title).join('; '),
    headers: refHeaders(names),
    content: {
      'application/problem+json': {
        schema: {
          allOf: [registry.toSchema(problemSchema, 'output'), { properties: { type: { enum: types } } }],
        },
        examples: Object.fromEntries(slugs.map((slug) => [slug, { value: buildExample(slug) }])),
      },
    },
  }
}

const buildExample = (slug: ProblemSlug) =>
  new ProblemError(slug, problems[slug].title).toProblem('6f1c2f5e-0c1d-4c0e-9d6b-3a1f7f1f0b58')
