import { randomUUID } from 'node:crypto'
import { identityHeader, requestIdHeader, signIdentity } from '@timesheets/runtime/identity'
import { identitySecret, type RunningService } from './running-service.ts'

/** What came back, as far as tests look at it. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look at members of many shapes
  readonly body: any
}

/** Somebody who calls, as the gateway would vouch for them. */
export class Caller {
  readonly #service: () => RunningService
  readonly #identity: { client: string; person: string; scopes: string[] }

  constructor(service: () => RunningService, person: string, scopes: string, client = 'timesheets-web') {
    this.#service = service
    this.#identity = { client, person, scopes: scopes.split(' ') }
  }

  /** @param body JSON; undefined: no body at all */
  async call(
    method: string,
    target: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const requestId = randomUUID()
    const signed = await signIdentity(this.#identity, { method, target, requestId }, identitySecret)
    const response = await fetch(this.#service().url + target, {
      method,
      headers: {
        [requestIdHeader]: requestId,
        [identityHeader]: signed,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = /[/+]json$/.test(response.headers.get('content-type') ?? '')
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
  }
}

/** The people and programs of these tests. */
export const cast = (service: () => RunningService) => ({
  ann: new Caller(service, 'ann@exampleco.com', 'create:timesheets read:timesheets'),
  ben: new Caller(service, 'ben@exampleco.com', 'create:timesheets read:timesheets'),
  maya: new Caller(
    service,
    'maya@exampleco.com',
    'create:timesheets read:timesheets approve:timesheets read:reports manage:people',
  ),
  max: new Caller(service, 'max@exampleco.com', 'approve:timesheets read:reports'),
  sync: new Caller(service, 'contractor-sync@clients', 'batch:upload', 'contractor-sync'),
})
