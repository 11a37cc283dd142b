import type { Route } from '@timesheets/contracts/route'
import type { Request, RequestHandler } from 'express'

/** Response headers that a browser app may read, beside the safelisted ones (Fetch Standard, section 3.3.3). */
const exposedHeaders = 'Link, Location, ETag, Retry-After, Idempotent-Replayed'

/** Request headers that a browser app may send, beside the safelisted ones. */
const allowedHeaders =
  'Authorization, Content-Type, Content-Encoding, Idempotency-Key, If-Match, If-None-Match'

/** How long a browser may cache a preflight response; browsers cap it. */
const maxAgeSeconds = '3600'

/**
 * Lets browser apps of the listed origins call the API, with a token of their own and without cookies (Fetch Standard,
 * CORS protocol). Responses to other origins carry no CORS headers.
 */
export class Cors {
  readonly #origins: ReadonlySet<string>

  constructor(origins: readonly string[]) {
    this.#origins = new Set(origins)
  }

  /** Lets the app read the response, also where it is a problem. */
  readonly markResponse: RequestHandler = (request, response, next) => {
    response.setHeader('vary', 'origin')
    const origin = this.#getListedOrigin(request)
    if (origin !== undefined) {
      response.setHeader('access-control-allow-origin', origin)
      response.setHeader('access-control-expose-headers', exposedHeaders)
    }
    next()
  }

  /** Responds to a preflight of a listed origin for a method of these routes; it comes without a token. */
  readonly preflight = (routes: readonly Route[]): RequestHandler => {
    const methods = routes.flatMap(({ method }) => (method === 'GET' ? [method, 'HEAD'] : [method]))
    return (request, response, next) => {
      const method = request.headers['access-control-request-method']
      if (method === undefined || !methods.includes(method) || this.#getListedOrigin(request) === undefined) {
        next()
        return
      }
      response.removeHeader('access-control-expose-headers')
      response.vary('access-control-request-method')
      response.setHeader('access-control-allow-methods', method)
      response.setHeader('access-control-allow-headers', allowedHeaders)
      response.setHeader('access-control-max-age', maxAgeSeconds)
      response.status(204).end()
    }
  }

  #getListedOrigin({ headers: { origin } }: Request): string | undefined {
    return origin !== undefined && this.#origins.has(origin) ? origin : undefined
  }
}

/**
 * Parses an origin as browsers send it (RFC 6454, section 6.1).
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
