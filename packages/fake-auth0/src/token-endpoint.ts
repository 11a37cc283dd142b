import { type ParsedUrlQueryInput, stringify } from 'node:querystring'
import { Readable } from 'node:stream'
import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import { decodeJwt } from 'jose'
import type { Context, Provider } from 'oidc-provider'
import { innerOfflineAccess, offlineAccess, oidcScopes, renameScope } from './claims.ts'

const maxBodyBytes = 32 * 1024

const discoveryPaths = new Set([
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
])

/** The body of an error response. RFC 6749, 5.2. */
interface OAuthErrorBody {
  error: string
  error_description?: string
}

/** The endpoints that accept JSON as well as a form. */
export const formEndpoints: readonly string[] = ['/oauth/token', '/oauth/revoke']

/** Parses the body of the token endpoint, JSON or form, into `req.body`. */
export const acceptJsonAndForm: readonly RequestHandler[] = [
  express.json({ limit: maxBodyBytes }),
  express.urlencoded({ extended: false, limit: maxBodyBytes }),
  (req, res, next) => {
    req.headers.accept = 'application/json'
    if (!Array.isArray(req.body)) next()
    else sendError(res, 400, { error: 'invalid_request', error_description: 'The body is not an object' })
  },
]

/** Responds to a body that could not be parsed. */
export const rejectMalformedBody: ErrorRequestHandler = (error, _req, res, _next) => {
  const status = error.status === 413 ? 413 : 400
  sendError(res, status, { error: 'invalid_request', error_description: 'The body cannot be parsed' })
}

/** Changes oidc-provider's responses to Auth0's: the scope of the issued token, Auth0's statuses and error codes. */
export function useAuth0Responses(provider: Provider): void {
  provider.use(async (ctx, next) => {
    await next()
    if (discoveryPaths.has(ctx.path)) ctx.body = rewriteEndpoints(ctx.body, provider.issuer)
  })
  provider.use(async (ctx, next) => {
    if (!formEndpoints.includes(ctx.path) || ctx.method !== 'POST') return next()
    if (ctx.req.body !== undefined) replayAsForm(ctx, withInnerScope(ctx.req.body))
    await next()
    if (ctx.path !== '/oauth/token') return
    if (ctx.status === 200) ctx.body = withTokenScope(ctx.body as TokenResponse)
    else if (ctx.status >= 400 && ctx.status < 500) {
      const grantType = ctx.oidc.params?.grant_type ?? ''
      const [status, body] = toAuth0Error(ctx.status, ctx.body as OAuthErrorBody, grantType)
      ctx.status = status
      ctx.body = body
    }
  })
}

function withInnerScope(body: ParsedUrlQueryInput): ParsedUrlQueryInput {
  return typeof body.scope === 'string'
    ? { ...body, scope: renameScope(body.scope, offlineAccess, innerOfflineAccess) }
    : body
}

/** oidc-provider parses a form from a stream, but express has read the body already, and it may be JSON. */
function replayAsForm(ctx: Context, body: ParsedUrlQueryInput): void {
  const form = Buffer.from(stringify(body))
  ctx.req.headers['content-type'] = 'application/x-www-form-urlencoded'
  ctx.req.headers['content-length'] = String(form.length)
  ctx.req = Object.assign(Readable.from([form]), { headers: ctx.req.headers })
}

/** Builds all endpoint URLs from `iss`. oidc-provider builds them from the Host header. */
function rewriteEndpoints(body: unknown, issuer: string): unknown {
  if (typeof body !== 'object' || body === null) return body // an error page
  const scopes = [...oidcScopes, offlineAccess]
  const metadata = { ...body, end_session_endpoint: '/oidc/logout', scopes_supported: scopes }
  return Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => {
      if (!/_(endpoint|uri)$/.test(name) || typeof value !== 'string') return [name, value]
      const { pathname } = new URL(value, issuer)
      return [name, new URL(pathname, issuer).href]
    }),
  )
}

type TokenResponse = Record<string, unknown> & { access_token: string }

function withTokenScope({ scope, ...body }: TokenResponse): object {
  // A token without an audience is opaque; then oidc-provider's scope is right.
  const granted = body.access_token.includes('.') ? decodeJwt(body.access_token).scope : scope
  return typeof granted === 'string'
    ? { ...body, scope: renameScope(granted, innerOfflineAccess, offlineAccess) }
    : body
}

/**
 * Auth0 responds with 403 where RFC 6749 has 400. Only a failed client authentication is 401, and only a malformed
 * request is 400.
 */
function toAuth0Error(status: number, error: OAuthErrorBody, grantType: string): [number, OAuthErrorBody] {
  switch (error.error) {
    case 'invalid_client':
      return [401, { error: 'access_denied', error_description: 'Unauthorized' }]
    case 'unsupported_grant_type':
      return [403, { ...error, error_description: `Unsupported grant type: ${grantType}` }]
    case 'invalid_grant':
      // The SDKs recognize this text, and log in again.
      return grantType === 'refresh_token'
        ? [403, { ...error, error_description: 'Unknown or invalid refresh token.' }]
        : [403, error]
    case 'invalid_request':
      // oidc-provider has no error code for this case, only this text.
      if (error.error_description !== 'requested grant type is not allowed for this client') break
      return [
        403,
        {
          error: 'unauthorized_client',
          error_description: `Grant type '${grantType}' not allowed for the client.`,
        },
      ]
  }
  return [status, error]
}

function sendError(res: express.Response, status: number, body: OAuthErrorBody): void {
  res.status(status).set('cache-control', 'no-store').json(body)
}
