import type { Version } from '@timesheets/contracts/history'
import type { StoredEntry } from '@timesheets/contracts/stored-entry'
import type { EntryFilter, KeysetPosition } from './entry-filter.ts'

/** Which part of which list to read. */
export interface PageRequest {
  readonly filter: EntryFilter
  /** Read the list as it was at this instant (ISO 8601); undefined reads it as it is now. */
  readonly asOf?: string | undefined
  /** The page starts after this position; undefined starts at the newest entry. */
  readonly after?: KeysetPosition | undefined
  readonly limit: number
  readonly readableNames: ReadableNames
}

/** Names of the person whose entries a caller may read; undefined if the caller may read everybody's. */
export type ReadableNames = readonly string[] | undefined

/** What to export. */
export type ExportRequest = Omit<PageRequest, 'after' | 'limit'> & { readonly format: ExportFormat }

/** One page of a list, newest day first. */
export interface EntryPage {
  /** Entries as JSON texts, serialized by the database. */
  readonly items: readonly string[]
  /** Position of the last item, if there is a next page. */
  readonly next: KeysetPosition | undefined
}

/** Formats in which a complete list can be exported. */
export type ExportFormat = 'csv' | 'ndjson'

/** Reads entries. */
export interface EntryReader {
  /** @returns undefined if there is no such entry that the caller may read, or it is deleted */
  findEntry(id: number, names: ReadableNames): Promise<StoredEntry | undefined>

  /**
   * Reads all versions of an entry that the caller may read, oldest first, also of a deleted entry. It yields nothing if
   * there are none, and holds a bounded number of versions.
   */
  readHistory(id: number, names: ReadableNames): AsyncIterable<Version>

  /** A page of very long entries may be shorter than its limit. */
  readPage(request: PageRequest): Promise<EntryPage>

  /**
   * Reads a complete list as text, in chunks of bounded size. It holds no transaction, so a slow reader blocks neither
   * a connection nor vacuum. An entry that does not change while the list is read appears exactly once.
   */
  exportEntries(request: ExportRequest): AsyncIterable<string>
}
