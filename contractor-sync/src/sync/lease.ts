import type { SyncRunBody, SyncRunPatch } from '@timesheets/contracts/sync-run'
import { SyncRunConflictError, TransientError } from '../errors.ts'
import type { RetryBudget } from '../http/retry.ts'
import type { ApiClient, StartedRun } from '../timesheets-api/client.ts'

/** A lease lasts 60 s by default. */
const maxRenewalMs = 15_000
const minRenewalMs = 100

/**
 * The lease of a source: while it is held, no other run of the source starts. A timer renews it, whatever the run is
 * waiting for. The API checks it in each transaction that writes, so a run that lost it writes nothing more.
 */
export class Lease {
  readonly #api: Pick<ApiClient, 'patchRun'>
  readonly #run: StartedRun
  readonly #lost = new AbortController()
  readonly #timer: NodeJS.Timeout
  #renewal: Promise<void> = Promise.resolve()

  /**
   * @throws {SyncRunConflictError} another run of the source is in progress
   * @throws {ConfigurationError} the source is bound to another account, or belongs to another client
   */
  static async take(
    api: Pick<ApiClient, 'startRun' | 'patchRun'>,
    retryBudget: Pick<RetryBudget, 'run'>,
    body: SyncRunBody,
  ): Promise<Lease> {
    let mayHaveStarted = false
    const start = async () => {
      try {
        return await api.startRun(body)
      } catch (error) {
        // The run in progress may be from an earlier attempt: its response was lost. Its lease ends soon.
        if (mayHaveStarted && error instanceof SyncRunConflictError)
          throw new TransientError(error.message, { cause: error })
        mayHaveStarted ||= !(error instanceof SyncRunConflictError)
        throw error
      }
    }
    return new Lease(api, await retryBudget.run(start))
  }

  private constructor(api: Pick<ApiClient, 'patchRun'>, run: StartedRun) {
    this.#api = api
    this.#run = run
    const everyMs = Math.min(maxRenewalMs, Math.max(minRenewalMs, run.leaseMs / 4))
    this.#timer = setInterval(() => this.#renew(), everyMs).unref()
  }

  get runId(): number {
    return this.#run.id
  }

  /** What the last successful run of the source stored. */
  get bookmark(): string | null {
    return this.#run.bookmark
  }

  /** Aborts, with the reason, when the lease is lost. */
  get lost(): AbortSignal {
    return this.#lost.signal
  }

  /** Ends the run, and with it the lease. */
  async end(patch: SyncRunPatch & { readonly status: 'succeeded' | 'failed' }): Promise<void> {
    clearInterval(this.#timer)
    await this.#renewal
    await this.#api.patchRun(this.#run.id, patch)
  }

  /** A renewal that fails for a passing reason is tried again by the next one. */
  #renew(): void {
    this.#renewal = this.#api.patchRun(this.#run.id, { status: 'running' }).catch((error) => {
      if (!(error instanceof SyncRunConflictError)) return
      clearInterval(this.#timer)
      this.#lost.abort(error)
    })
  }
}
