import type { z } from 'zod'
import { userId } from './fields.ts'
import { SchemaRegistry } from './json-schema.ts'
import {
  listProblems,
  problemResponses,
  responseHeaders,
  toMediaTypes,
  toResponse,
} from './openapi-responses.ts'
import { operations } from './operation.ts'
import type { OperationContract, RequestHeader } from './operation-contract.ts'
import { type OperationId, type Route, routes } from './route.ts'
import { type Scope, scopes } from './scope.ts'

/** The version of the contract; that of the package. */
export const apiVersion = '0.1.0'

export interface OpenApiOptions {
  /** What the outside calls this API. */
  readonly publicUrl: string
  /** Who issues its tokens, with a slash at the end. */
  readonly issuer: string
}

const requestHeaders = {
  'If-Match': {
    name: 'If-Match',
    in: 'header',
    description: 'Only if the entry is still at this version: its `ETag`',
    schema: { type: 'string' },
    example: '"1"',
  },
} as const satisfies Record<RequestHeader, unknown>

/** The whole API as an OpenAPI 3.1 document, from the table of routes and the table of operations. */
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
      summary: 'Hours worked, by employees and contractors, in one trusted place',
      description:
        'Errors are problems (RFC 9457): their `type` is stable, their text may change. Lists are bare arrays; the next page stands in `Link`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: publicUrl }],
    tags: [...new Set(routes.map(getTag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: registry.schemas,
      responses,
      headers: responseHeaders,
      securitySchemes: securitySchemes(issuer),
    },
  }
}

export type OpenApiDocument = ReturnType<typeof buildOpenApi>

function buildOperation(route: Route, registry: SchemaRegistry, responses: Record<string, object>): object {
  const contract: OperationContract = operations[route.operationId as OperationId]
  const { description, body } = contract
  const parameters = [
    ...pathParameters(route, contract, registry),
    ...queryParameters(contract, registry),
    ...(contract.headers ?? []).map((name) => requestHeaders[name]),
  ]
  return {
    operationId: route.operationId,
    summary: route.summary,
    ...(description === undefined ? {} : { description }),
    tags: [getTag(route)],
    security: buildSecurity(route.scopes),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: body.required, content: toMediaTypes(body.content, registry, 'input') } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(contract.responses).map(([status, answer]) => [status, toResponse(answer, registry)]),
      ),
      ...problemResponses(listProblems(route, contract), registry, responses),
    },
  }
}

/** The room that a route is in. */
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
  return Object.entries(query?.shape ?? {}).map(([name, member]) => {
    const { description, ...schema } = registry.toSchema(member as z.ZodType, 'input')
    const required = !(member as z.ZodType).safeParse(undefined).success
    return { name, in: 'query', required, ...(description === undefined ? {} : { description }), schema }
  })
}

/** Any one of the scopes lets in. */
function buildSecurity(needed: readonly Scope[]) {
  return [...needed.map((scope) => ({ oauth2: [scope] })), ...needed.map((scope) => ({ bearer: [scope] }))]
}

function securitySchemes(issuer: string) {
  const tokenUrl = `${issuer}oauth/token`
  return {
    oauth2: {
      type: 'oauth2',
      description: 'Tokens of the Auth0 tenant; programs use Client Credentials, people log in with PKCE',
      flows: {
        clientCredentials: { tokenUrl, scopes },
        authorizationCode: { authorizationUrl: `${issuer}authorize`, tokenUrl, scopes },
      },
    },
    bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'An access token, as it is' },
  }
}
