import { ProblemError } from '@timesheets/contracts/problem'
import type { ErrorRequestHandler } from 'express'
import { InvalidRequestError, InvalidTokenError, UnauthorizedError } from 'express-oauth2-jwt-bearer'
import { MissingScopeError, refusalTexts, toRefusalReason } from './token-refusal.ts'
import '../locals.ts'

/**
 * Turns the errors of express-oauth2-jwt-bearer into problems with a challenge (RFC 6750, section 3) that names where the
 * issuer and the scopes are listed (RFC 9728, section 5.1). The library's own texts and headers contain parts of tokens, so
 * none of them is sent.
 */
export function bearerChallenge(publicUrl: string): ErrorRequestHandler {
  const common = `realm="timesheets", resource_metadata="${publicUrl}/.well-known/oauth-protected-resource"`
  const challenge = (parameters: string) => ({ 'www-authenticate': `Bearer ${parameters}${common}` })

  const toProblem = (error: UnauthorizedError): ProblemError => {
    if (error instanceof MissingScopeError) {
      const { scopes } = error
      return new ProblemError('insufficient-scope', `The access token has none of: ${scopes.join(', ')}`, {
        members: { scopes },
        headers: challenge(`error="insufficient_scope", scope="${scopes.join(' ')}", `),
      })
    }
    if (error instanceof InvalidTokenError) {
      const description = refusalTexts[toRefusalReason(error)]
      return new ProblemError('invalid-token', description, {
        headers: challenge(`error="invalid_token", error_description="${description}", `),
        cause: error,
      })
    }
    if (error instanceof InvalidRequestError) {
      return new ProblemError('invalid-request', error.message, {
        headers: challenge('error="invalid_request", '),
      })
    }
    // Without a token there is no error code (RFC 6750, section 3.1).
    return new ProblemError('missing-token', error.message, { headers: challenge('') })
  }

  return (error, _request, response, next) => {
    if (!(error instanceof UnauthorizedError)) {
      next(error)
      return
    }
    if (error instanceof InvalidTokenError) response.locals.refusal = toRefusalReason(error)
    next(toProblem(error))
  }
}
