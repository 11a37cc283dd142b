/** Settings or rights are wrong: the same again fails the same way. The message says what to change. */
export class Refused extends Error {
  override readonly name = 'Refused'
}

/** Somebody else is down, or asks for patience: later it may work. */
export class Outage extends Error {
  override readonly name = 'Outage'
  /** The status that was answered; undefined where there was no answer at all. */
  readonly status: number | undefined
  /** How long the other side wants to be left alone. */
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

/** An answer that was never promised: cut, of another shape, or one that leaves something open. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer'
  /** True where the same question may get a better answer: a proxy cuts one now and then. */
  readonly mayPass: boolean

  constructor(message: string, { mayPass = false, cause }: { mayPass?: boolean; cause?: unknown } = {}) {
    super(message, { cause })
    this.mayPass = mayPass
  }
}

/** Somebody told this process to end; what is done stands, the rest is for the next run. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}
