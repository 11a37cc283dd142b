import type { RetryBudget } from '../http/retry.ts'
import type { ApiClient } from '../timesheets-api/client.ts'
import type { SourceRecord, Tracker } from '../trackers/tracker.ts'
import { type BatchStep, toBatches } from './batches.ts'
import { type MappingResult, mapRecord, type NotUploaded } from './mapping.ts'
import type { SyncObserver } from './observer.ts'
import type { People } from './people.ts'
import { readAhead } from './read-ahead.ts'
import type { Report } from './report.ts'

/** The parts of one run. */
export interface SyncJob {
  readonly tracker: Tracker
  /** Called once per run, because the directory of people may have changed since the last. */
  readonly readPeople: () => Promise<People>
  readonly api: ApiClient
  readonly retryBudget: RetryBudget
  readonly batchSize: number
  /** Ends the run after the current batch. */
  readonly signal: AbortSignal
  readonly observer: Pick<SyncObserver, 'total' | 'progress' | 'rejected'>
}

/**
 * Runs the pipeline: read → map → upload. An error ends up in the report, beside the results so far. Uploaded entries
 * stay, and the next run finds them unchanged.
 */
export async function runPipeline(job: SyncJob, report: Report): Promise<void> {
  const { tracker, batchSize, signal, observer } = job
  try {
    const people = await job.readPeople()
    const records = tracker.read(report.window, { onTotal: (entries) => observer.total(entries) })
    const results = mapAll(records, tracker.source, people)
    for await (const step of readAhead(toBatches(results, batchSize))) {
      recordNotUploaded(step.notUploaded, job, report)
      await uploadBatch(step, job, report)
      observer.progress(report)
      signal.throwIfAborted()
    }
  } catch (error) {
    report.error = signal.aborted ? signal.reason : error
  }
}

async function* mapAll(
  records: AsyncIterable<SourceRecord>,
  source: string,
  people: People,
): AsyncGenerator<MappingResult> {
  for await (const record of records) yield mapRecord(record, source, people)
}

function recordNotUploaded(notUploaded: readonly NotUploaded[], { observer }: SyncJob, report: Report): void {
  for (const record of notUploaded) {
    report.addNotUploaded(record)
    if (record.kind === 'rejected') observer.rejected(record)
  }
}

/** Uploads a batch with retries, which are safe because each item has its identity. */
async function uploadBatch(
  { batch, details }: BatchStep,
  { api, retryBudget, observer }: SyncJob,
  report: Report,
): Promise<void> {
  if (batch.items.length === 0) return
  const results = await retryBudget.run(() => api.upload(batch, report))
  for (const [i, item] of batch.items.entries()) {
    const rejection = report.addResult(item, results[i]!, details[i]!)
    if (rejection !== undefined) observer.rejected(rejection)
  }
}
