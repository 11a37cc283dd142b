import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { buildOpenApi } from '../src/openapi.ts'
import { responseHeaders } from '../src/openapi-responses.ts'
import { matchRoute } from './match-route.ts'

/** An answer as somebody saw it. */
export interface SeenResponse {
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
 * Holds an answer against the OpenAPI document: its status, type, body and the headers that the document knows.
 * @param target path and query, as they were sent
 * @throws an Error that says what is not documented
 */
export function assertDocumented(method: string, target: string, answer: SeenResponse): void {
  const fail = (what: string): never => {
    throw new Error(
      `${method} ${target} was answered with ${answer.status} ${what}\n${answer.text.slice(0, 2000)}`,
    )
  }
  const match = matchRoute(method, target.split('?')[0]!)
  if (match.kind !== 'route') {
    if (![400, 401, 404, 405, 413, 431].includes(answer.status)) fail('where there is no such operation')
    demandValid('#/components/schemas/Problem', answer, fail)
    return
  }
  const { path, method: documented } = match.route
  const pointer = ['#/paths', stepOf(path), documented.toLowerCase(), 'responses', answer.status]
  const { $ref: at, response } = responseAt(pointer.join('/'))
  if (response === undefined) throw fail('which is not documented')
  const undocumented = Object.keys(responseHeaders).filter(
    (name) => answer.headers.has(name) && response.headers?.[name] === undefined,
  )
  if (undocumented.length > 0) fail(`and the headers ${undocumented}, which are not documented`)
  const types = Object.keys(response.content ?? {})
  const type = answer.headers.get('content-type')?.split(';')[0] ?? ''
  // HEAD is answered as GET, without its body (RFC 9110, section 9.3.2).
  if (answer.text === '' && (types.length === 0 || method === 'HEAD')) return
  if (!types.includes(type)) fail(`and a body of type "${type}", documented: ${types}`)
  demandValid(`${at}/content/${stepOf(type)}/schema`, answer, fail)
}

function demandValid(pointer: string, { headers, text }: SeenResponse, fail: (what: string) => never): void {
  const type = headers.get('content-type') ?? ''
  const validate = ajv.getSchema(`openapi${pointer}`) as ValidateFunction | undefined
  if (validate === undefined) throw fail(`, and the document has no ${pointer}`)
  if (!validate(/[/+]json$/.test(type.split(';')[0]!) ? JSON.parse(text) : text)) {
    fail(`and a body that is not as documented: ${ajv.errorsText(validate.errors)}`)
  }
}

/** A response, and where it stands. */
function responseAt(pointer: string): { $ref: string; response: DocumentedResponse | undefined } {
  const steps = pointer.slice(2).split('/').map(readStep)
  let value: unknown = document
  for (const step of steps) value = (value as Record<string, unknown> | undefined)?.[step]
  const response = value as DocumentedResponse | undefined
  return response?.$ref === undefined ? { $ref: pointer, response } : responseAt(response.$ref)
}

/** A step of a JSON Pointer as URI fragment (RFC 6901, section 6). */
const stepOf = (step: string) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))
const readStep = (step: string) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')
