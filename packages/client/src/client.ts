import createClient, { type Client } from 'openapi-fetch'
import type { paths } from './api.ts'

export type TimesheetsClient = Client<paths, 'application/json'>

export interface ClientOptions {
  /** What the outside calls the API, without a slash at the end. */
  readonly baseUrl: string
  /** Sends a request, with a token; Node's and browsers' own `fetch` by default. */
  readonly fetch?: (request: Request) => Promise<Response>
}

/** The API, with the paths, parameters, bodies and answers that its OpenAPI document says. */
export function createTimesheetsClient(options: ClientOptions): TimesheetsClient {
  return createClient<paths, 'application/json'>({ ...options, headers: { accept: 'application/json' } })
}

/**
 * The cursor of the page that follows. Only the query of the `Link` counts: the way to the API from here may be
 * another than the public one.
 * @returns undefined: this page is the last
 */
export function nextCursor({ headers }: Pick<Response, 'headers'>): string | undefined {
  const [, query] = /<[^>?]*\?([^>]*)>;\s*rel="?next"?/.exec(headers.get('link') ?? '') ?? []
  return new URLSearchParams(query).get('cursor') ?? undefined
}
