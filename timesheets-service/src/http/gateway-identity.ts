import { ProblemError } from '@timesheets/contracts/problem'
import {
  type Identity,
  IdentityError,
  identityHeader,
  UsedIdentities,
  verifyIdentity,
} from '@timesheets/runtime/identity'
import type { Secret } from '@timesheets/runtime/secret'
import type { RequestHandler, Response } from 'express'

/**
 * Accepts only requests that carry the gateway's signed identity, so that no client can bypass the gateway.
 * @param secrets each is accepted, so that a secret can be replaced while requests flow
 */
export function gatewayIdentity(secrets: readonly Secret[]): RequestHandler {
  const used = new UsedIdentities()
  return (request, response, next) => {
    const header = request.headers[identityHeader]
    const { method, originalUrl: target } = request
    try {
      if (typeof header !== 'string') throw new IdentityError('the request has no identity')
      const bound = { method, target, requestId: response.locals.requestId, headers: request.headers }
      response.locals.identity = verifyIdentity(header, bound, secrets, used)
    } catch (cause) {
      if (!(cause instanceof IdentityError)) throw cause
      throw new ProblemError('missing-token', 'Send requests through the gateway', {
        headers: { 'www-authenticate': 'Bearer' },
        cause,
      })
    }
    next()
  }
}

/** The identity of a request that `gatewayIdentity` has accepted. */
export function getIdentity(response: Response): Identity {
  const { identity } = response.locals
  if (identity === undefined) throw new Error('gatewayIdentity must run before this handler')
  return identity
}
