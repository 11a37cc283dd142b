import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { matchRoute } from '@timesheets/contracts/route'
import { answerEmpty } from '@timesheets/runtime/answer'

/** What an app in a browser may read beside what it always may (Fetch Standard, CORS-safelisted response-header name). */
const exposed = 'Link, Location, ETag, Retry-After'

/** What an app may send, beside what it always may. */
const allowed = 'Authorization, Content-Type, Content-Encoding, If-Match, If-None-Match'

/** For so long a browser need not ask again; it caps it by itself. */
const maxAgeSeconds = '3600'

/** Which browser apps may call: those whose origin is listed, with a token of their own; no cookies (Fetch Standard, CORS protocol). */
export class Cors {
  readonly #origins: ReadonlySet<string>

  constructor(origins: readonly string[]) {
    this.#origins = new Set(origins)
  }

  /** Lets the app read the answer, whatever it will be; an origin that is not listed learns nothing. */
  mark(request: IncomingMessage, response: ServerResponse): void {
    if (this.#origins.size === 0) return
    response.setHeader('vary', 'origin')
    const origin = this.#originOf(request)
    if (origin === undefined) return
    response.setHeader('access-control-allow-origin', origin)
    response.setHeader('access-control-expose-headers', exposed)
  }

  /**
   * Answers the question whether a request may be sent, which comes without a token.
   * @returns false where it is no such question, or not of a listed origin, or of no row of the table
   */
  answerPreflight(request: IncomingMessage, response: ServerResponse, path: string): boolean {
    const wanted = request.headers['access-control-request-method']
    if (request.method !== 'OPTIONS' || wanted === undefined) return false
    if (this.#originOf(request) === undefined) return false
    if (matchRoute(wanted, path).kind !== 'route') return false
    response.removeHeader('access-control-expose-headers')
    answerEmpty(request, response, {
      'access-control-allow-methods': wanted,
      'access-control-allow-headers': allowed,
      'access-control-max-age': maxAgeSeconds,
      vary: 'origin, access-control-request-method',
    })
    return true
  }

  #originOf({ headers: { origin } }: IncomingMessage): string | undefined {
    return origin !== undefined && this.#origins.has(origin) ? origin : undefined
  }
}

/** The headers of an answer, with what it varies by added to what is known already. */
export function withVary(response: ServerResponse, headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const names = [response.getHeader('vary'), headers.vary].filter((name) => name !== undefined)
  return names.length === 0 ? headers : { ...headers, vary: names.join(', ') }
}

/**
 * An origin as browsers send it (RFC 6454, section 6.1).
 * @throws an Error that says what is wrong, for the configuration's report
 */
export function parseOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.origin !== text) {
    throw new Error(
      `"${text}" is not an origin, such as https://app.exampleco.com (no path, no slash at the end)`,
    )
  }
  return text
}
