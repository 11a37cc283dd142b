import { createHash, timingSafeEqual } from 'node:crypto'
import type { RequestHandler } from 'express'
import { apiErrors } from './api-error.ts'
import { type HarvestConfig, secondAccountId } from './config.ts'

/**
 * Requires the three headers that Harvest requires of every request.
 * https://help.getharvest.com/api-v2/authentication-api/authentication/authentication/
 */
export function authenticate({ accessToken, accountId }: HarvestConfig): RequestHandler {
  const expected = digest(`Bearer ${accessToken.reveal()}`)
  return (request, _response, next) => {
    if (!request.headers['user-agent']) throw apiErrors.noUserAgent()
    const given = digest(request.headers.authorization ?? '')
    if (!timingSafeEqual(given, expected)) throw apiErrors.invalidToken()
    // A valid token has no access to any other account.
    const account = request.headers['harvest-account-id']
    if (account !== accountId && account !== secondAccountId) throw apiErrors.forbidden()
    next()
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
