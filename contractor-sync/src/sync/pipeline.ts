import type { Patience } from '../http/retry.ts'
import type { ApiClient, Batch } from '../timesheets-api/client.ts'
import type { Reading, Tracker } from '../trackers/tracker.ts'
import { inBatches } from './batches.ts'
import { type Aside, type Mapped, mapReading, type Rejection } from './mapping.ts'
import type { People } from './people.ts'
import { readAhead } from './read-ahead.ts'
import type { Report } from './report.ts'

/** What a run works with. */
export interface SyncJob {
  readonly tracker: Tracker
  /** Asked once a run: who is who may have changed since the last. */
  readonly people: () => Promise<People>
  readonly api: ApiClient
  readonly patience: Patience
  readonly batchSize: number
  /** Ends the run after the batch that is under way. */
  readonly signal: AbortSignal
  readonly observer: SyncObserver
}

/** Told how a run goes. */
export interface SyncObserver {
  total(entries: number): void
  progress(report: Report): void
  rejected(rejection: Rejection): void
}

/**
 * One run: pull → map → push. What stops it is in the report, beside all that was done until then; whatever
 * was uploaded stands, and the next run finds it unchanged.
 */
export async function sync(job: SyncJob, report: Report): Promise<void> {
  const { tracker, batchSize, signal, observer } = job
  try {
    const people = await job.people()
    const readings = tracker.read(report.window, (entries) => observer.total(entries))
    const mapped = mapAll(readings, tracker.source, people)
    for await (const { batch, aside } of readAhead(inBatches(mapped, batchSize))) {
      setAside(aside, job, report)
      await push(batch, job, report)
      observer.progress(report)
      signal.throwIfAborted()
    }
  } catch (failure) {
    report.failure = signal.aborted ? signal.reason : failure
  }
}

async function* mapAll(
  readings: AsyncIterable<Reading>,
  source: string,
  people: People,
): AsyncGenerator<Mapped> {
  for await (const reading of readings) yield mapReading(reading, source, people)
}

function setAside(aside: readonly Aside[], { observer }: SyncJob, report: Report): void {
  for (const one of aside) {
    report.addAside(one)
    if (one.kind === 'rejected') observer.rejected(one)
  }
}

/** Uploads a batch until it is through: its items have their identities, so a repeat changes nothing. */
async function push(batch: Batch, { api, patience, observer }: SyncJob, report: Report): Promise<void> {
  if (batch.items.length === 0) return
  const outcomes = await patience.attempt(() => api.upload(batch, report))
  for (const [i, item] of batch.items.entries()) {
    const rejection = report.addOutcome(item, outcomes[i]!)
    if (rejection !== undefined) observer.rejected(rejection)
  }
}
