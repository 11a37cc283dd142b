import { afterAll } from '@jest/globals'
import { assertDocumented } from './documented-response.ts'
import { matchRoute } from './match-route.ts'

/**
 * Whose answers must be as documented: those of the whole system, of the service alone, or of the gateway alone
 * where a made-up service stands behind it.
 */
export type Extent = 'system' | 'service' | 'gateway'

const watched = new Map<string, Extent>()
const undocumented: Error[] = []
const bare = globalThis.fetch

globalThis.fetch = async (input, init) => {
  const response = await bare(input, init)
  const url = new URL(input instanceof Request ? input.url : input)
  const method = init?.method ?? (input instanceof Request ? input.method : 'GET')
  const extent = watched.get(url.origin)
  if (extent !== undefined) await judge(method, url, extent, response)
  return response
}

/** From now on an answer of this server that is not as documented fails the test that sees it. */
export function checkResponses(serverUrl: string, extent: Extent): void {
  watched.set(new URL(serverUrl).origin, extent)
}

/**
 * Checks a response that another client than `fetch` received.
 * @throws an Error that says what is not documented; the test file fails even if the test catches it
 */
export function checkResponse(
  extent: Extent,
  method: string,
  target: string,
  response: { readonly status: number; readonly headers: Headers; readonly text: string },
): void {
  const url = new URL(target, 'http://server')
  const type = response.headers.get('content-type') ?? ''
  const isPreflight = method === 'OPTIONS' && response.status === 204
  if (method === 'HEAD' || isPreflight || !isWithin(extent, method, url, type)) return
  try {
    assertDocumented(method, target, response)
  } catch (error) {
    undocumented.push(error as Error)
    throw error
  }
}

async function judge(method: string, url: URL, extent: Extent, response: Response): Promise<void> {
  const type = response.headers.get('content-type') ?? ''
  // A preflight is the browser's, not an operation of the API (Fetch Standard, CORS-preflight fetch).
  const isPreflight = method === 'OPTIONS' && response.status === 204
  if (method === 'HEAD' || isPreflight || !isWithin(extent, method, url, type)) return
  // A stream may be longer than memory, and of its text the document says nothing.
  const text = /^(text\/csv|application\/x-ndjson)/.test(type) ? 'a stream' : await textOf(response)
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
  const isGateways = match.kind === 'route' && match.route.servedBy === 'gateway'
  if (extent === 'service') return !isGateways
  return extent === 'system' || isGateways || type === 'application/problem+json'
}

/** @returns undefined where the answer breaks off, which is for the test to see */
async function textOf(response: Response): Promise<string | undefined> {
  try {
    return await response.clone().text()
  } catch {
    return undefined
  }
}

// A test may have taken the error for an outage of its own making.
afterAll(() => {
  if (undocumented.length > 0) throw undocumented[0]
})
