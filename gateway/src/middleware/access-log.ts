import { createHmac } from 'node:crypto'
import type { ResponseObserver } from '@timesheets/runtime/http/response-observers'
import type { LogOutput } from '@timesheets/runtime/logger'
import type { Secret } from '@timesheets/runtime/secret'
import '../locals.ts'

/**
 * Writes one line per request, when its response has been sent or cut. The path is left out, because it may name a person;
 * so is the token. A person appears as a keyed hash, which the same person has on every replica. The fields are fixed and have
 * no secret, so no logger searches them for one, which would cost more than signing the identity.
 * @param hashPerson see `createPersonHash`
 */
export function createAccessLog(output: LogOutput, hashPerson: (person: string) => string): ResponseObserver {
  return (request, response, durationMs) => {
    const { identity, operation, problem, refusal, serviceBytes, serviceMs, requestId } = response.locals
    const line = JSON.stringify({
      level: 'info',
      time: new Date().toISOString(),
      name: 'gateway',
      client: identity?.client,
      person: identity === undefined ? undefined : hashPerson(identity.person),
      method: request.method,
      operation,
      decision: problem ?? 'allowed',
      refusal,
      status: response.statusCode,
      complete: response.writableFinished,
      bytes: serviceBytes ?? Number(response.getHeader('content-length') ?? 0),
      ms: round(durationMs),
      serviceMs: serviceMs === undefined ? undefined : round(serviceMs),
      requestId,
      msg: 'request',
    })
    output.write(`${line}\n`)
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
