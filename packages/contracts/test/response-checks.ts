import { afterAll } from '@jest/globals'
import { assertDocumented } from './documented-response.ts'
import { matchRoute } from './match-route.ts'

/**
 * Which responses of a server are checked: those of the whole system, of the timesheets-service, or of the gateway in
 * front of a fake service.
 */
export type Extent = 'system' | 'service' | 'gateway'

const checkedOrigins = new Map<string, Extent>()
const undocumented: Error[] = []
const originalFetch = globalThis.fetch

globalThis.fetch = async (input, init) => {
  const response = await originalFetch(input, init)
  const url = new URL(input instanceof Request ? input.url : input)
  const method = init?.method ?? (input instanceof Request ? input.method : 'GET')
  const extent = checkedOrigins.get(url.origin)
  if (extent !== undefined) await check(method, url, extent, response)
  return response
}

/**
 * Checks every response of a server that a test receives by `fetch` from now on. A response that the OpenAPI document does
 * not describe fails the test.
 */
export function checkResponses(serverUrl: string, extent: Extent): void {
  checkedOrigins.set(new URL(serverUrl).origin, extent)
}

async function check(method: string, url: URL, extent: Extent, response: Response): Promise<void> {
  const type = response.headers.get('content-type') ?? ''
  // A browser sends a preflight itself; it is not an operation of the API (Fetch Standard, CORS-preflight fetch).
  const isPreflight = method === 'OPTIONS' && response.status === 204
  if (method === 'HEAD' || isPreflight || !isWithin(extent, method, url, type)) return
  // A stream may not fit into memory, and the document does not describe its text.
  const text = /^(text\/csv|application\/x-ndjson)/.test(type) ? 'a stream' : await readText(response)
  if (text === undefined) return
  try {
    assertDocumented(method, url.pathname + url.search, {
      status: response.status,
      headers: response.headers,
      text,
    })
  } catch (error) {
    undocumented.push(error as Error)
    throw error
  }
}

function isWithin(extent: Extent, method: string, { pathname }: URL, type: string): boolean {
  const match = matchRoute(method, pathname)
  const isServedByGateway = match.kind === 'route' && match.route.servedBy === 'gateway'
  if (extent === 'service') return !isServedByGateway
  return extent === 'system' || isServedByGateway || type === 'application/problem+json'
}

/** @returns undefined if the connection breaks, which the test itself handles */
async function readText(response: Response): Promise<string | undefined> {
  try {
    return await response.clone().text()
  } catch {
    return undefined
  }
}

// A test may have caught the error, because it expected an outage.
afterAll(() => {
  if (undocumented.length > 0) throw undocumented[0]
})
