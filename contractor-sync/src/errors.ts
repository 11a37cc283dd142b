/** The settings or rights are wrong: another try fails in the same way. The message says what to change. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
}

/** The other side is down, too slow, or its quota is used up: a later try may work. */
export class TransientError extends Error {
  override readonly name = 'TransientError'
  /** HTTP status; undefined if there was no response at all. */
  readonly status: number | undefined
  /** How long the other side asks us to wait (`Retry-After`). */
  readonly retryAfterMs: number | undefined

  constructor(
    message: string,
    options: { status?: number; retryAfterMs?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause })
    this.status = options.status
    this.retryAfterMs = options.retryAfterMs
  }
}

/** A response that breaks the contract: it is cut, has another shape, or does not account for every item. */
export class InvalidResponseError extends Error {
  override readonly name = 'InvalidResponseError'
  /** True if the same request may get a valid response: a proxy that cuts a response does so now and then. */
  readonly retryable: boolean

  constructor(message: string, { retryable = false, cause }: { retryable?: boolean; cause?: unknown } = {}) {
    super(message, { cause })
    this.retryable = retryable
  }
}

/** A signal or its deadline stopped the run. What was uploaded stays; the next run does the rest. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError'
}

/** Another run of the same source is in progress, or took over from this one: nothing more may be written. */
export class SyncRunConflictError extends Error {
  override readonly name = 'SyncRunConflictError'
}

/** Both sides differ, although what differs was sent again. */
export class DisagreementError extends Error {
  override readonly name = 'DisagreementError'
}

/** Rows of files would be rejected by a run. */
export class RejectedRowsError extends Error {
  override readonly name = 'RejectedRowsError'
  /** The first rows, each with the reason. */
  readonly rows: readonly string[]

  constructor(message: string, rows: readonly string[]) {
    super(message)
    this.rows = rows
  }
}
