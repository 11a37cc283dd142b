import { type ParsedUrlQueryInput, stringify } from 'node:querystring'
import { Readable } from 'node:stream'
import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import { decodeJwt } from 'jose'
import type { Context, Provider } from 'oidc-provider'

const maxBodyBytes = 32 * 1024

const discoveryPaths = new Set([
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
])

/** An error as OAuth 2.0 writes it (RFC 6749, 5.2). */
interface OAuthError {
  error: string
  error_description?: string
}

/** Reads the token endpoint's body, JSON or form, into `req.body`. */
export const acceptJsonAndForm: readonly RequestHandler[] = [
  express.json({ limit: maxBodyBytes }),
  express.urlencoded({ extended: false, limit: maxBodyBytes }),
  (req, res, next) => {
    req.headers.accept = 'application/json'
    if (!Array.isArray(req.body)) next()
    else answer(res, 400, { error: 'invalid_request', error_description: 'The body is not an object' })
  },
]

/** Answers for a body that could not be read. */
export const refuseMalformedBody: ErrorRequestHandler = (error, _req, res, _next) => {
  const status = error.status === 413 ? 413 : 400
  answer(res, status, { error: 'invalid_request', error_description: 'The body cannot be read' })
}

/** Turns oidc-provider's answers into Auth0's: the scope that the token says, the statuses that Auth0 has. */
export function speakAuth0(provider: Provider): void {
  provider.use(async (ctx, next) => {
    await next()
    if (discoveryPaths.has(ctx.path)) ctx.body = atIssuer(ctx.body, provider.issuer)
  })
  provider.use(async (ctx, next) => {
    if (ctx.path !== '/oauth/token' || ctx.method !== 'POST') return next()
    if (ctx.req.body !== undefined) replayAsForm(ctx, ctx.req.body)
    await next()
    if (ctx.status === 200) ctx.body = withScopeOfToken(ctx.body as TokenAnswer)
    else if (ctx.status >= 400 && ctx.status < 500) {
      const grantType = ctx.oidc.params?.grant_type ?? ''
      const [status, body] = asAuth0Refuses(ctx.status, ctx.body as OAuthError, grantType)
      ctx.status = status
      ctx.body = body
    }
  })
}

/** oidc-provider reads a form, and from a stream; this one was read already, and may have been JSON. */
function replayAsForm(ctx: Context, body: ParsedUrlQueryInput): void {
  const form = Buffer.from(stringify(body))
  ctx.req.headers['content-type'] = 'application/x-www-form-urlencoded'
  ctx.req.headers['content-length'] = String(form.length)
  ctx.req = Object.assign(Readable.from([form]), { headers: ctx.req.headers })
}

/** `iss` and discovery agree by whatever name the issuer was asked; oidc-provider follows the Host header. */
function atIssuer(body: unknown, issuer: string): unknown {
  if (typeof body !== 'object' || body === null) return body // an error page
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => {
      if (!/_(endpoint|uri)$/.test(name) || typeof value !== 'string') return [name, value]
      const { pathname } = new URL(value)
      return [name, new URL(pathname, issuer).href]
    }),
  )
}

type TokenAnswer = Record<string, unknown> & { access_token: string }

function withScopeOfToken({ scope, ...answer }: TokenAnswer): object {
  // Without an audience the token is opaque and oidc-provider's own word on the scope holds.
  const granted = answer.access_token.includes('.') ? decodeJwt(answer.access_token).scope : scope
  return granted === undefined ? answer : { ...answer, scope: granted }
}

/** Auth0 refuses with 403 where RFC 6749 says 400; only a wrong client is 401, and only a malformed request 400. */
function asAuth0Refuses(status: number, refusal: OAuthError, grantType: string): [number, OAuthError] {
  switch (refusal.error) {
    case 'invalid_client':
      return [401, { error: 'access_denied', error_description: 'Unauthorized' }]
    case 'unsupported_grant_type':
      return [403, { ...refusal, error_description: `Unsupported grant type: ${grantType}` }]
    case 'invalid_grant':
      return [403, refusal]
    case 'invalid_request':
      // oidc-provider has no code of its own for this one.
      if (refusal.error_description !== 'requested grant type is not allowed for this client') break
      return [
        403,
        {
          error: 'unauthorized_client',
          error_description: `Grant type '${grantType}' not allowed for the client.`,
        },
      ]
  }
  return [status, refusal]
}

function answer(res: express.Response, status: number, body: OAuthError): void {
  res.status(status).set('cache-control', 'no-store').json(body)
}
