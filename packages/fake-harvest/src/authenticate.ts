import { createHash, timingSafeEqual } from 'node:crypto'
import type { RequestHandler } from 'express'
import type { HarvestConfig } from './config.ts'
import { refusals } from './refusal.ts'

/**
 * Demands the three headers that every request to Harvest must have.
 * https://help.getharvest.com/api-v2/authentication-api/authentication/authentication/
 */
export function authenticate({ accessToken, accountId }: HarvestConfig): RequestHandler {
  const expected = digest(`Bearer ${accessToken.reveal()}`)
  return (request, _response, next) => {
    if (!request.headers['user-agent']) throw refusals.noUserAgent()
    const given = digest(request.headers.authorization ?? '')
    if (!timingSafeEqual(given, expected)) throw refusals.invalidToken()
    // A good token without this account is one the account's owner never granted.
    if (request.headers['harvest-account-id'] !== accountId) throw refusals.forbidden()
    next()
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
