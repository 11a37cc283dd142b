import { isNativeError } from 'node:util/types'
import { pino } from 'pino'

/** What a log must never hold, wherever an object has it and however it is written. */
const secretNames: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'rawheaders',
  'x-timesheets-identity',
  'access_token',
  'refresh_token',
  'id_token',
  'client_secret',
  'client_assertion',
  'password',
])

/** Deeper than this nothing is logged; it also ends circles. */
const maxDepth = 10

/** A copy for the log, without the values of secret names. Pino's own redaction looks at fixed depths only. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth >= maxDepth) return '[too deep]'
  if (isNativeError(value)) return redactMembers(pino.stdSerializers.err(value), depth)
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1))
  // Such as Secret, Date and URL, which say themselves how they are written.
  if ('toJSON' in value) return value
  return redactMembers(value, depth)
}

export function redactMembers(value: object, depth = 0): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      secretNames.has(name.toLowerCase()) ? '[redacted]' : redact(member, depth + 1),
    ]),
  )
}
