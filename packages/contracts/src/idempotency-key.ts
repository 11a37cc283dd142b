import { ProblemError } from './problem.ts'

/** The request header that makes a repeat safe (draft-ietf-httpapi-idempotency-key-header-08). */
export const idempotencyKeyHeader = 'Idempotency-Key'

/** The most characters that a key may have. */
export const maxIdempotencyKeyLength = 255

/** A String of structured fields (RFC 9651, section 3.3.3), as the draft requires. */
const quotedKey = /^"((?:[ !#-[\]-~]|\\["\\])*)"$/

/**
 * A key without quotes, as many clients send it: a UUID, a number, base64. It has the characters of a Token (RFC 9651,
 * section 3.3.4) and "=", so it contains no comma, by which repeated headers are joined.
 */
const bareKey = /^[\w!#$%&'*+.^`|~:/=-]+$/

/**
 * Parses the header `Idempotency-Key`: a quoted string, or the same characters without quotes, which is the same key.
 * @throws {ProblemError} `invalid-parameter`
 */
export function parseIdempotencyKey(header: string): string {
  const key = bareKey.test(header) ? header : quotedKey.exec(header)?.[1]?.replaceAll(/\\(.)/g, '$1')
  if (key === undefined) throw invalidKey('must be one quoted string of ASCII characters, such as "8e03978e"')
  if (key === '') throw invalidKey('must not be empty')
  if (key.length > maxIdempotencyKeyLength) {
    throw invalidKey(`must have at most ${maxIdempotencyKeyLength} characters`)
  }
  return key
}

function invalidKey(reason: string): ProblemError {
  return new ProblemError('invalid-parameter', `The header ${idempotencyKeyHeader} ${reason}`, {
    members: { parameter: idempotencyKeyHeader },
  })
}
