import type { DecisionStore } from '../domain/decision-store.ts'
import type { EntryReader } from '../domain/entry-reader.ts'
import type { HoursReporter } from '../domain/hours-reporter.ts'
import type { IdempotencyStore } from '../domain/idempotency.ts'
import type { PeopleStore } from '../domain/people-store.ts'
import type { SyncRunStore } from '../domain/sync-run-store.ts'
import type { UploadOptions } from '../domain/upload.ts'
import type { UploadStore } from '../domain/upload-store.ts'
import type { Cursors } from './cursor.ts'
import type { JsonBodyOptions } from './json-body.ts'
import type { ResponseBudget } from './response-budget.ts'

/** What the routers use. Each takes the parts that it needs. */
export interface ServiceParts {
  readonly reader: EntryReader
  readonly decisions: DecisionStore
  readonly uploads: UploadStore
  readonly idempotency: IdempotencyStore
  readonly syncRuns: SyncRunStore
  readonly reporter: HoursReporter
  readonly people: PeopleStore
  readonly cursors: Cursors
  readonly sourceOwners: UploadOptions['sourceOwners']
  readonly publicUrl: string
  /** How bodies are read. */
  readonly body: JsonBodyOptions
  /** Memory for large responses. */
  readonly responses: ResponseBudget
}
