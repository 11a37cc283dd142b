import type { Logger } from '@timesheets/runtime/logger'
import { Gauge, Registry } from 'prom-client'
import type { SourceState, SyncRunStore } from './domain/sync-run-store.ts'

/** Sources that have metrics: each has one series per gauge. */
const maxSources = 500

/** The value of each gauge for a source. */
const values = {
  timesheets_sync_last_proven_timestamp_seconds: {
    help: 'When the last sync run ended that proved both sides equal (Unix time); 0 if none has',
    read: ({ provenAt }: SourceState) => toUnixTime(provenAt),
  },
  timesheets_sync_last_succeeded_timestamp_seconds: {
    help: 'When the last sync run ended that succeeded, verify runs excluded (Unix time); 0 if none has',
    read: ({ succeededAt }: SourceState) => toUnixTime(succeededAt),
  },
  timesheets_sync_provable: {
    help: 'Whether runs of the source can prove both sides equal; 0 for files that do not say that they are complete',
    read: ({ writtenStats }: SourceState) => ((writtenStats?.provable ?? true) ? 1 : 0),
  },
  timesheets_sync_differing_days: {
    help: 'Days of a person on which both sides differed at the end of the last run that compared them, verify runs included',
    read: ({ comparedStats }: SourceState) => comparedStats?.differingDays ?? 0,
  },
  timesheets_sync_last_run_rejected_entries: {
    help: 'Entries that the last run could not place, of those that compared both sides',
    read: ({ syncedStats }: SourceState) => syncedStats?.rejected ?? 0,
  },
  timesheets_sync_last_run_held_entries: {
    help: 'Corrections of approved entries that the last run made',
    read: ({ writtenStats }: SourceState) => writtenStats?.held ?? 0,
  },
  timesheets_sync_last_run_withheld_deletions: {
    help: 'Deletions that the last run did not make, because they need a decision, of those that compared both sides',
    read: ({ syncedStats }: SourceState) => syncedStats?.withheld ?? 0,
  },
  timesheets_sync_last_run_tombstones: {
    help: 'Entries that the last run deleted',
    read: ({ writtenStats }: SourceState) => writtenStats?.deleted ?? 0,
  },
} as const

/** Whether the metrics could be read. Without them, an alert would be silent and not resolved. */
const upName = 'timesheets_sync_metrics_up'

/** The names of all metrics of syncs. */
export const syncMetricNames: readonly string[] = [...Object.keys(values), upName]

/**
 * The state of each source, for Prometheus. Each scrape reads it from the database, by a few index lookups per source, so
 * that all replicas answer alike, also after a restart.
 */
export class SyncMetrics {
  readonly #store: Pick<SyncRunStore, 'listSourceStates'>
  readonly #logger: Logger
  readonly #registry = new Registry()
  readonly #gauges = Object.entries(values).map(([name, { help, read }]) => ({
    gauge: new Gauge({ name, help, labelNames: ['source'], registers: [this.#registry] }),
    read,
  }))
  readonly #up = new Gauge({
    name: upName,
    help: 'Whether the metrics of syncs could be read from the database',
    registers: [this.#registry],
  })
  #scraping: Promise<string> | undefined

  constructor(store: Pick<SyncRunStore, 'listSourceStates'>, logger: Logger) {
    this.#store = store
    this.#logger = logger
  }

  /** The metrics in the text format of Prometheus. Scrapes at the same time share one read. */
  scrape(): Promise<string> {
    this.#scraping ??= this.#scrape().finally(() => {
      this.#scraping = undefined
    })
    return this.#scraping
  }

  async #scrape(): Promise<string> {
    let states: readonly SourceState[] = []
    let isRead = true
    try {
      states = await this.#store.listSourceStates(maxSources)
    } catch (err) {
      isRead = false
      this.#logger.warn({ err }, 'the metrics of syncs could not be read')
    }
    this.#up.set(isRead ? 1 : 0)
    for (const { gauge, read } of this.#gauges) {
      gauge.reset()
      for (const state of states) gauge.set({ source: state.source }, read(state))
    }
    return this.#registry.metrics()
  }
}

function toUnixTime(date: Date | null): number {
  return date === null ? 0 : date.getTime() / 1000
}
