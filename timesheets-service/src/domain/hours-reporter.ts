import type { GroupKey } from '@timesheets/contracts/list-query'
import type { EntryFilter } from './entry-filter.ts'

export type ReportFormat = 'json' | 'csv'

export interface ReportRequest {
  readonly filter: EntryFilter
  /** Without keys, all hours are summed into one group. */
  readonly keys: readonly GroupKey[]
  readonly format: ReportFormat
}

/** Sums hours by keys. */
export interface HoursReporter {
  /**
   * Builds a whole report, sorted by its keys: a JSON array, or CSV with a header.
   * @throws {DomainError} `report-too-large`: it has too many groups, or takes longer than a statement may
   */
  reportHours(request: ReportRequest): Promise<string>
}
