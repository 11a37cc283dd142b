import { createHmac } from 'node:crypto'
import type { Logger } from '@timesheets/runtime/logger'
import type { Secret } from '@timesheets/runtime/secret'
import type { RequestHandler } from 'express'
import '../locals.ts'

/**
 * Writes one line per request, when its response has been sent or cut. The path is left out, because it may name a person;
 * so is the token. A person appears as a keyed hash, which the same person has on every replica.
 * @param secret keys the hash
 */
export function accessLog(logger: Logger, secret: Secret): RequestHandler {
  const hashPerson = createPersonHash(secret)
  return (request, response, next) => {
    const startedAt = performance.now()
    response.once('close', () => {
      const { identity, operation, problem, refusal, serviceBytes, serviceMs, requestId } = response.locals
      logger.info(
        {
          client: identity?.client,
          person: identity === undefined ? undefined : hashPerson(identity.person),
          method: request.method,
          operation,
          decision: problem ?? 'allowed',
          refusal,
          status: response.statusCode,
          complete: response.writableFinished,
          bytes: serviceBytes ?? Number(response.getHeader('content-length') ?? 0),
          ms: round(performance.now() - startedAt),
          serviceMs: serviceMs === undefined ? undefined : round(serviceMs),
          requestId,
        },
        'request',
      )
    })
    next()
  }
}

/** Hashes are computed once per person; the map is emptied when it is full. */
const maxPersons = 1000

/** Hashes a person's name for a log: an HMAC, because a plain hash of an e-mail address can be guessed. */
export function createPersonHash(secret: Secret): (person: string) => string {
  const hashes = new Map<string, string>()
  return (person) => {
    const known = hashes.get(person)
    if (known !== undefined) return known
    const key = `access log ${secret.reveal()}`
    const hash = createHmac('sha256', key).update(person).digest('base64url').slice(0, 16)
    if (hashes.size >= maxPersons) hashes.clear()
    hashes.set(person, hash)
    return hash
  }
}

const round = (ms: number) => Math.round(ms * 10) / 10
