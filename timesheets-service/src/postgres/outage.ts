import { layersOf, sqlStateOf } from './database-error.ts'

/**
 * "Not now", by Postgres: 08 connection, 28 and 3D000 no way in (a password being changed, a database being
 * restored), 53 resources, 57P shutting down or starting, 58 its system; 25006 a primary that has become a
 * standby; 25P03 and 25P04 a session that was cut for waiting; 55P03 and 57014 a lock or a statement that took
 * too long, which is always that others are busy, since every statement here is bounded by a chunk.
 */
const outageSqlStates = /^(08|28|53|57P|58)|^(3D000|25006|25P03|25P04|55P03|57014)$/

/** Prisma's own: cannot reach, timed out, closed, no connection free, a transaction not started or over in time. */
const outageCodes = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028'])

/** The adapter's words for what befell a socket, under a raw call's P2010. */
const outageKinds = new Set(['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout'])

/** Node's, where the adapter passes an error on as it is. */
const socketCodes =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/

/** The driver's errors that have no code. */
const outageWords =
  /connection terminated|timeout exceeded when trying to connect|connection error and is not queryable|client was closed|query read timeout/i

/** Whether an error says that the database cannot be had at this moment, rather than that a statement was wrong. */
export function isOutage(error: unknown): boolean {
  if (outageSqlStates.test(sqlStateOf(error) ?? '')) return true
  return layersOf(error).some(({ code, message, severity, kind }) => {
    if (severity === 'FATAL' || severity === 'PANIC') return true
    if (typeof code === 'string' && (outageCodes.has(code) || socketCodes.test(code))) return true
    if (typeof kind === 'string' && outageKinds.has(kind)) return true
    return typeof message === 'string' && outageWords.test(message)
  })
}

/**
 * An outage in one line, for the log. It befalls every request and every probe until it is over, and where in the
 * code it met each of them says nothing.
 */
export function outageReason(error: unknown): string {
  const message = layersOf(error)
    .map((layer) => layer.message)
    .find((text) => typeof text === 'string' && text.trim() !== '')
  // Prisma puts the call, with its surroundings in the source, before what happened.
  return String(message ?? error)
    .trim()
    .split('\n')
    .at(-1)!
    .slice(0, 300)
}
