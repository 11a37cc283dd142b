/** The reasons why the domain rejects a request. The codes are stable; `http/domain-problem.ts` maps each to a problem. */
export type DomainErrorCode =
  | 'approved'
  | 'busy'
  | 'changed-since'
  | 'idempotency-key-in-flight'
  | 'idempotency-key-reused'
  | 'items-rejected'
  | 'name-taken'
  | 'no-such-correction'
  | 'no-such-entry'
  | 'no-such-person'
  | 'no-such-sync-run'
  | 'other-account'
  | 'other-source'
  | 'owned-by-source'
  | 'report-too-large'
  | 'self-approval'
  | 'source-not-yours'
  | 'stale-version'
  | 'sync-run-active'
  | 'sync-run-over'
  | 'sync-run-verifies'
  | 'too-many-entries'
  | 'too-many-idempotency-keys'
  | 'too-many-rejections'

/** A rule of the domain rejects a request. The message and the details may be sent to any caller. */
export class DomainError extends Error {
  override readonly name = 'DomainError'
  readonly code: DomainErrorCode
  readonly details: Readonly<Record<string, unknown>>

  /** @param details facts that help a program, such as the entry's current `version` */
  constructor(
    code: DomainErrorCode,
    message: string,
    options: { details?: Readonly<Record<string, unknown>>; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause })
    this.code = code
    this.details = options.details ?? {}
  }
}

export function noSuchEntry(id: number | string): DomainError {
  return new DomainError('no-such-entry', `There is no timesheet ${id}`)
}
