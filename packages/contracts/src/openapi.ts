import type { z } from 'zod'
import { userId } from './fields.ts'
import { maxIdempotencyKeyLength } from './idempotency-key.ts'
import { SchemaRegistry } from './json-schema.ts'
import {
  describeProblems,
  listProblems,
  responseHeaders,
  toMediaTypes,
  toResponse,
} from './openapi-responses.ts'
import { operations } from './operation.ts'
import type { OperationContract, RequestHeader } from './operation-contract.ts'
import { type OperationId, type Route, routes } from './route.ts'
import { type Scope, scopes } from './scope.ts'

/** The version of the contract. It equals the version of this package. */
export const apiVersion = '0.1.0'

export interface OpenApiOptions {
  /** The URL by which clients reach this API. */
  readonly publicUrl: string
  /** The issuer of its access tokens, with a slash at the end. */
  readonly issuer: string
}

const requestHeaders = {
  'Idempotency-Key': {
    name: 'Idempotency-Key',
    in: 'header',
    description: `A key that the client creates for this request, such as a UUID, so that it can repeat the request safely (draft-ietf-httpapi-idempotency-key-header-08): a quoted string of at most ${maxIdempotencyKeyLength} ASCII characters (RFC 9651, section 3.3.3). A key of letters, digits and hyphens needs no quotes`,
    schema: { type: 'string', minLength: 1 },
    example: '"8e03978e-40d5-43e8-bc93-6894a57f9324"',
  },
  'If-Match': {
    name: 'If-Match',
    in: 'header',
    description: 'Process the request only if the entry still has this `ETag` (RFC 9110, section 13.1.1)',
    schema: { type: 'string' },
    example: '"1"',
  },
  'If-None-Match': {
    name: 'If-None-Match',
    in: 'header',
    description: 'Respond 304 without a body if the `ETag` is still the same (RFC 9110, section 13.1.2)',
    schema: { type: 'string' },
    example: '"1"',
  },
  'Sync-Run': {
    name: 'Sync-Run',
    in: 'header',
    description:
      'The id of the sync run that uploads. The upload renews its lease, and is rejected if the run is over. Each item must name the source of the run; the history of the entries names the run',
    schema: { type: 'integer', minimum: 1 },
    example: 7,
  },
} as const satisfies Record<RequestHeader, unknown>

/** Builds the OpenAPI 3.1 document of the API from the route table and the contracts of the operations. */
export function buildOpenApi({ publicUrl, issuer }: OpenApiOptions) {
  const registry = new SchemaRegistry()
  const responses: Record<string, object> = {}
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routes) {
    paths[route.path] ??= {}
    paths[route.path]![route.method.toLowerCase()] = buildOperation(route, registry, responses)
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Timesheets API',
      version: apiVersion,
      summary: 'Hours worked by employees and contractors',
      description:
        'Errors are problems (RFC 9457). Their `type` is stable, and their text may change. Lists are JSON arrays; the response header `Link` has the URL of the next page. Responses with personal data have `Cache-Control: no-store`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: publicUrl }],
    tags: [...new Set(routes.map(getTag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: registry.schemas,
      responses,
      headers: responseHeaders,
      securitySchemes: buildSecuritySchemes(issuer),
    },
  }
}

export type OpenApiDocument = ReturnType<typeof buildOpenApi>

function buildOperation(route: Route, registry: SchemaRegistry, responses: Record<string, object>): object {
  const contract: OperationContract = operations[route.operationId as OperationId]
  const { body } = contract
  const description = [contract.description, describeScopes(route.scopes)].filter(Boolean).join('\n\n')
  const parameters = [
    ...pathParameters(route, contract, registry),
    ...queryParameters(contract, registry),
    ...(contract.headers ?? []).map((name) => requestHeaders[name]),
  ]
  return {
    operationId: route.operationId,
    summary: route.summary,
    ...(description === '' ? {} : { description }),
    tags: [getTag(route)],
    security: buildSecurity(route.scopes),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: body.required, content: toMediaTypes(body.content, registry, 'input') } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(contract.responses).map(([status, response]) => [
          status,
          toResponse(response, registry),
        ]),
      ),
      ...describeProblems(listProblems(route, contract), registry, responses),
    },
  }
}

/** The group of operations in which the document lists a route. */
function getTag({ path, servedBy }: Route): string {
  return servedBy === 'gateway' ? 'documentation' : path.split('/')[1]!
}

function pathParameters({ path }: Route, { parameters = {} }: OperationContract, registry: SchemaRegistry) {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: pathSchema(name, parameters[name], registry),
  }))
}

function pathSchema(name: string, schema: z.ZodType | undefined, registry: SchemaRegistry) {
  if (schema !== undefined) return registry.toSchema(schema, 'input')
  if (name === 'user_id') return registry.toSchema(userId, 'input')
  return { type: 'integer', minimum: 1, examples: [14] }
}

function queryParameters({ query }: OperationContract, registry: SchemaRegistry) {
  return Object.entries(query?.shape ?? {}).map(([name, field]) => {
    const { description, ...schema } = registry.toSchema(field as z.ZodType, 'input')
    const required = !(field as z.ZodType).safeParse(undefined).success
    return { name, in: 'query', required, ...(description === undefined ? {} : { description }), schema }
  })
}

/** Each of the scopes alone is sufficient, so each is an alternative of its own. */
function buildSecurity(accepted: readonly Scope[]) {
  return [
    ...accepted.map((scope) => ({ oauth2: [scope] })),
    ...accepted.map((scope) => ({ bearer: [scope] })),
  ]
}

/** Viewers show the security requirement as a lock, without the scopes. */
function describeScopes(needed: readonly Scope[]): string {
  if (needed.length === 0) return ''
  const names = needed.map((scope) => `\`${scope}\``).join(' or ')
  return `Needs the scope ${names}.`
}

function buildSecuritySchemes(issuer: string) {
  const tokenUrl = `${issuer}oauth/token`
  return {
    oauth2: {
      type: 'oauth2',
      description:
        'Access tokens of the Auth0 tenant. Programs use the client credentials grant; people log in by authorization code with PKCE',
      flows: {
        clientCredentials: { tokenUrl, scopes },
        authorizationCode: { authorizationUrl: `${issuer}authorize`, tokenUrl, scopes },
      },
    },
    bearer: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: `Paste an access token, without "Bearer ". Programs request one from ${tokenUrl}`,
    },
  }
}
