import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { buildOpenApi } from '../src/openapi.ts'
import { responseHeaders } from '../src/openapi-responses.ts'
import { matchRoute } from './match-route.ts'

/** A response that a test received. */
export interface ReceivedResponse {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

interface DocumentedResponse {
  readonly $ref?: string
  readonly headers?: Readonly<Record<string, unknown>>
  readonly content?: Readonly<Record<string, unknown>>
}

const document = buildOpenApi({ publicUrl: 'https://api.example.com', issuer: 'https://issuer.example.com/' })
const ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false, validateFormats: true })
;(addFormats as unknown as (ajv: Ajv2020) => void)(ajv)
ajv.addSchema(document, 'openapi')

/**
 * Asserts that the OpenAPI document describes a response: its status, media type, body, and the headers that the
 * document knows.
 * @param target path and query, as they were sent
 * @throws an Error that names the difference
 */
export function assertDocumented(method: string, target: string, received: ReceivedResponse): void {
  const fail = (difference: string): never => {
    throw new Error(
      `${method} ${target}: status ${received.status} ${difference}\n${received.text.slice(0, 2000)}`,
    )
  }
  const match = matchRoute(method, target.split('?')[0]!)
  if (match.kind !== 'route') {
    if (![400, 401, 404, 405, 413, 431].includes(received.status))
      fail('is not documented for an unknown operation')
    assertValid('#/components/schemas/Problem', received, fail)
    return
  }
  const { path, method: documentedMethod } = match.route
  const steps = ['#/paths', encodeStep(path), documentedMethod.toLowerCase(), 'responses', received.status]
  const { pointer, response } = resolveResponse(steps.join('/'))
  if (response === undefined) throw fail('is not documented')
  const undocumented = Object.keys(responseHeaders).filter(
    (name) => received.headers.has(name) && response.headers?.[name] === undefined,
  )
  if (undocumented.length > 0) fail(`has the undocumented headers ${undocumented}`)
  const types = Object.keys(response.content ?? {})
  const type = received.headers.get('content-type')?.split(';')[0] ?? ''
  // The response to HEAD is that to GET without its body (RFC 9110, section 9.3.2).
  if (received.text === '' && (types.length === 0 || method === 'HEAD')) return
  if (!types.includes(type)) fail(`has a body of type "${type}"; documented: ${types}`)
  assertValid(`${pointer}/content/${encodeStep(type)}/schema`, received, fail)
}

function assertValid(
  pointer: string,
  { headers, text }: ReceivedResponse,
  fail: (difference: string) => never,
): void {
  const type = headers.get('content-type') ?? ''
  const validate = ajv.getSchema(`openapi${pointer}`) as ValidateFunction | undefined
  if (validate === undefined) throw fail(`cannot be checked: the document has no ${pointer}`)
  if (!validate(/[/+]json$/.test(type.split(';')[0]!) ? JSON.parse(text) : text)) {
    fail(`has a body that differs from the document: ${ajv.errorsText(validate.errors)}`)
  }
}

/** Finds a documented response, and the pointer to it after following references. */
function resolveResponse(pointer: string): { pointer: string; response: DocumentedResponse | undefined } {
  const steps = pointer.slice(2).split('/').map(decodeStep)
  let value: unknown = document
  for (const step of steps) value = (value as Record<string, unknown> | undefined)?.[step]
  const response = value as DocumentedResponse | undefined
  return response?.$ref === undefined ? { pointer, response } : resolveResponse(response.$ref)
}

/** Encodes a step of a JSON Pointer in URI fragment form (RFC 6901, section 6). */
const encodeStep = (step: string) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))
const decodeStep = (step: string) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')
