/** Postgres' error classes that say "not now": 08 connection, 53 resources, 57P0x shutting down or starting. */
const outageSqlStates = /^(08|53|57P)/
/** Prisma's: cannot reach (P1001, P1002), timed out (P1008), closed (P1017), no connection free (P2024, P2028). */
const outageCodes = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028'])
const outageWords =
  /ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|connection terminated|timeout exceeded when trying to connect|client has encountered a connection error|statement timeout|query read timeout|the database system is/i

/** Whether an error says that the database cannot be had at this moment, rather than that a statement was wrong. */
export function isOutage(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) {
    const { code, meta } = cause as { code?: unknown; meta?: { code?: unknown } }
    if (typeof code === 'string' && (outageCodes.has(code) || outageSqlStates.test(code))) return true
    if (typeof meta?.code === 'string' && outageSqlStates.test(meta.code)) return true
    if (outageWords.test(cause.message)) return true
  }
  return false
}
