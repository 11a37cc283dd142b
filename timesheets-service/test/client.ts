import { randomUUID } from 'node:crypto'
import { assertDocumented } from '@timesheets/contracts/test/documented-response'
import { matchRoute } from '@timesheets/contracts/test/match-route'
import { identityHeader, requestIdHeader, signIdentity } from '@timesheets/runtime/identity'
import { Secret } from '@timesheets/runtime/secret'
import type { Express } from 'express'
import supertest from 'supertest'

export const identitySecret = new Secret('a secret of the gateway and the service, for tests')

/** The identity of a caller, as the gateway signs it. */
export interface TestIdentity {
  readonly client: string
  readonly person: string
  readonly scopes: readonly string[]
}

/** A response, with its body parsed if it is JSON. */
// biome-ignore lint/suspicious/noExplicitAny: tests look at fields of many shapes
export interface TestResponse<Body = any> {
  readonly status: number
  readonly headers: Headers
  readonly body: Body
  readonly text: string
}

/** Sends requests to the express app, as the gateway forwards them for one caller. */
export class Client {
  readonly #app: () => Express
  readonly #identity: TestIdentity

  constructor(app: () => Express, identity: TestIdentity) {
    this.#app = app
    this.#identity = identity
  }

  /**
   * Sends a request and checks that the OpenAPI document describes the response.
   * @param body text or bytes as they are, anything else as JSON; undefined sends no body
   */
  // biome-ignore lint/suspicious/noExplicitAny: as in TestResponse
  async request<Body = any>(
    method: string,
    target: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<TestResponse<Body>> {
    const isRaw = typeof body === 'string' || body instanceof Uint8Array
    const content = isRaw ? body : JSON.stringify(body)
    const framing = { 'content-length': String(content === undefined ? 0 : Buffer.byteLength(content)) }
    const type = body === undefined ? {} : { 'content-type': 'application/json' }
    const sending = supertest(this.#app())
      [method.toLowerCase() as 'post'](target)
      .set({ ...signedHeaders(method, target, this.#identity, framing), ...type, ...headers })
      .serialize((data) => data)
      .buffer(true)
      .parse(readText)
    const received = await (content === undefined ? sending : sending.send(content as string))
    const response = {
      status: received.status,
      headers: new Headers(received.headers as Record<string, string>),
      text: typeof received.body === 'string' ? received.body : '',
    }
    if (method !== 'HEAD' && isServedByService(method, target)) assertDocumented(method, target, response)
    return { ...response, body: parseBody(response) as Body }
  }
}

/**
 * The headers with which the gateway forwards a request.
 * @param headers those that frame its body
 */
export function signedHeaders(
  method: string,
  target: string,
  identity: TestIdentity = syncIdentity,
  headers: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const requestId = randomUUID()
  const signed = signIdentity(identity, { method, target, requestId, headers }, identitySecret)
  return { [requestIdHeader]: requestId, [identityHeader]: signed }
}

export const syncIdentity: TestIdentity = {
  client: 'contractor-sync',
  person: 'contractor-sync@clients',
  scopes: ['batch:upload'],
}

/** A person who uses an app. */
export function createUser(
  app: () => Express,
  person: string,
  scopes: string,
  client = 'timesheets-web',
): Client {
  return new Client(app, { client, person, scopes: scopes.split(' ') })
}

/** The people and programs of the tests. */
export function users(app: () => Express) {
  const person = (name: string, scopes: string) => createUser(app, `${name}@exampleco.com`, scopes)
  return {
    ann: person('ann', 'create:timesheets read:timesheets'),
    ben: person('ben', 'create:timesheets read:timesheets'),
    maya: person('maya', 'create:timesheets read:timesheets approve:timesheets read:reports manage:people'),
    max: person('max', 'approve:timesheets read:reports'),
    sync: new Client(app, syncIdentity),
  }
}

/** The document describes the gateway's own routes too, which the service does not have. */
function isServedByService(method: string, target: string): boolean {
  const match = matchRoute(method, target.split('?')[0]!)
  return match.kind !== 'route' || match.route.servedBy === 'timesheets-service'
}

function parseBody({ headers, text }: { headers: Headers; text: string }): unknown {
  const isJson = /[/+]json$/.test(headers.get('content-type') ?? '')
  if (!isJson) return text
  return text === '' ? undefined : JSON.parse(text)
}

function readText(stream: NodeJS.EventEmitter, done: (error: Error | null, text: string) => void): void {
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer | string) => chunks.push(Buffer.from(chunk)))
  stream.on('end', () => done(null, Buffer.concat(chunks).toString()))
}
