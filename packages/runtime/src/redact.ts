import { isNativeError } from 'node:util/types'
import { pino } from 'pino'

/** Names of fields that are never logged, in any object at any depth, in upper or lower case. */
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

/** Objects nested deeper than this are not logged, which also ends circular references. */
const maxDepth = 10

/** Copies a value for the log and redacts secret fields. Pino's own redaction covers only fixed depths. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth >= maxDepth) return '[too deep]'
  if (isNativeError(value)) return redactFields(pino.stdSerializers.err(value), depth)
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1))
  // Secret, Date and URL, for example, define how they are serialized.
  if ('toJSON' in value) return value
  return redactFields(value, depth)
}

/** Copies an object for the log, as `redact` does. */
export function redactFields(value: object, depth = 0): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      secretNames.has(name.toLowerCase()) ? '[redacted]' : redact(field, depth + 1),
    ]),
  )
}
