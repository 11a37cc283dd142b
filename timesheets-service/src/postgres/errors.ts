/** The fields that Prisma, its adapter, the driver or Node set on an error. Each of them uses other fields. */
interface ErrorLayer {
  /** Prisma's `P…`, Node's `E…`, or the driver's SQLSTATE. */
  readonly code?: unknown
  readonly message?: unknown
  /** The adapter's name of the error. */
  readonly kind?: unknown
  /** Postgres' severity: FATAL ends the session. */
  readonly severity?: unknown
  /** SQLSTATE, where the adapter set a `code` of its own. */
  readonly originalCode?: unknown
  readonly cause?: unknown
  readonly meta?: { readonly driverAdapterError?: unknown }
}

/** SQLSTATE of a statement that was canceled, usually because it took longer than `DATABASE_TIMEOUT_MS`. */
export const queryCanceled = '57014'

/** SQLSTATE of a violated unique constraint. */
export const uniqueViolation = '23505'

/**
 * "Not now", by Postgres: 08 connection, 28 and 3D000 login (a password being changed, a database being restored),
 * 53 resources, 57P shutdown or start, 58 system error; 25006 a primary that became a standby; 25P03 and 25P04 an
 * idle session that was ended; 55P03 and 57014 a lock or a statement that took too long: every statement here is
 * bounded, so this means that the database is busy.
 */
const outageSqlStates = /^(08|28|53|57P|58)|^(3D000|25006|25P03|25P04|55P03|57014)$/

/** Prisma: unreachable, timed out, closed, no free connection, a transaction not started or ended in time. */
const outageCodes = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028'])

/** The adapter's names for socket errors, which a raw call reports as P2010. */
const outageKinds = new Set(['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout'])

/** Node's codes, where the adapter passes an error on as it is. */
const socketCodes =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/

/** The driver's errors that have no code. */
const outageMessages =
  /connection terminated|timeout exceeded when trying to connect|connection error and is not queryable|client was closed|query read timeout/i

/** @returns Postgres' error code (SQLSTATE), if the error comes from Postgres */
export function sqlState(error: unknown): string | undefined {
  return errorLayers(error)
    .map((layer) => layer.originalCode)
    .find((code) => typeof code === 'string')
}

/** Whether two writers conflicted (40001) or deadlocked (40P01). Postgres asks to run the transaction again. */
export function isWriteConflict(error: unknown): boolean {
  return ['40001', '40P01'].includes(sqlState(error) ?? '')
}

/** Whether an error means that the database is unavailable at the moment, rather than that a statement is wrong. */
export function isOutage(error: unknown): boolean {
  if (outageSqlStates.test(sqlState(error) ?? '')) return true
  return errorLayers(error).some(({ code, message, severity, kind }) => {
    if (severity === 'FATAL' || severity === 'PANIC') return true
    if (typeof code === 'string' && (outageCodes.has(code) || socketCodes.test(code))) return true
    if (typeof kind === 'string' && outageKinds.has(kind)) return true
    return typeof message === 'string' && outageMessages.test(message)
  })
}

/** Describes an outage in one line for the log. The stack is left out: an outage fails every request and probe. */
export function outageReason(error: unknown): string {
  const message = errorLayers(error)
    .map((layer) => layer.message)
    .find((text) => typeof text === 'string' && text.trim() !== '')
  // Prisma puts an excerpt of the calling code before the reason, which is the last line.
  return String(message ?? error)
    .trim()
    .split('\n')
    .at(-1)!
    .slice(0, 300)
}

/**
 * An error and its causes, outermost first. Prisma reports each raw call's error as P2010, typed calls' errors by
 * other codes, and COMMIT's as the adapter's own error; the common part is in the inner layers.
 */
function errorLayers(error: unknown): ErrorLayer[] {
  const layers: ErrorLayer[] = []
  let layer = error as ErrorLayer | null | undefined
  while (typeof layer === 'object' && layer !== null && layers.length < 8) {
    layers.push(layer)
    layer = (layer.meta?.driverAdapterError ?? layer.cause) as ErrorLayer | undefined
  }
  return layers
}
