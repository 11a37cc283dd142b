import type { JsonSchema, SchemaRegistry } from './json-schema.ts'
import type { Contents, OperationContract, ResponseHeader, SuccessResponse } from './operation-contract.ts'
import { ProblemError, type ProblemSlug, problems } from './problem.ts'
import { problemSchema } from './problem-schema.ts'
import type { Route } from './route.ts'

const describeHeader = (description: string, schema: JsonSchema = { type: 'string' }) => ({
  description,
  schema,
})

/** Headers of answers, as `components.headers`. */
export const responseHeaders = {
  Allow: describeHeader('The methods that the path knows'),
  'Content-Disposition': describeHeader('A name for the file'),
  ETag: describeHeader('The version, for `If-Match` (RFC 9110, section 8.8.3)'),
  Link: describeHeader(
    '`<…>; rel="next"`: the page that follows (RFC 8288); without it this page is the last',
  ),
  Location: describeHeader('Where what was made is', { type: 'string', format: 'uri' }),
  'Retry-After': describeHeader('Seconds until it is worth asking again', { type: 'string' }),
  'WWW-Authenticate': describeHeader('What the token lacks (RFC 6750, section 3)'),
  'X-Request-Id': describeHeader('The id of the request; a problem has it as `instance`'),
} as const satisfies Record<ResponseHeader | string, unknown>

type HeaderName = keyof typeof responseHeaders

const refHeaders = (names: readonly HeaderName[]) =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))

/** Bodies by media type, with their examples. */
export function toMediaTypes(contents: Contents, registry: SchemaRegistry, io: 'input' | 'output') {
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

/** Every problem that an operation may end with. */
export function listProblems(route: Route, contract: OperationContract): ProblemSlug[] {
  const isGuarded = route.scopes.length > 0
  return [
    'invalid-request',
    'invalid-parameter',
    ...(contract.body === undefined
      ? []
      : (['malformed-json', 'too-large', 'unsupported-media-type'] as const)),
    ...(isGuarded
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
 * An answer for each status among problems.
 * @param registry where each stands once, by a name of its own, as `components.responses`
 */
export function problemResponses(
  slugs: readonly ProblemSlug[],
  registry: SchemaRegistry,
  responses: Record<string, object>,
) {
  const statuses = [...new Set(slugs.map((slug) => problems[slug].status))].sort()
  return Object.fromEntries(
    statuses.map((status) => {
      const some = slugs.filter((slug) => problems[slug].status === status)
      const name = [status, ...some].join('_')
      responses[name] ??= problemResponse(status, some, registry)
      return [status, { $ref: `#/components/responses/${name}` }]
    }),
  )
}

function problemResponse(status: number, slugs: readonly ProblemSlug[], registry: SchemaRegistry) {
  const types = slugs.map((slug) => `/problems/${slug}`)
  const names: HeaderName[] = ['X-Request-Id']
  // 400 where a token came in a way that is not taken (RFC 6750, section 3.1).
  if ([400, 401, 403].includes(status)) names.push('WWW-Authenticate')
  if (status === 412) names.push('ETag')
  if (status >= 502) names.push('Retry-After')
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
