import type { Version } from '@timesheets/contracts/history'
import type { StoredEntry } from '@timesheets/contracts/stored-entry'
import type { EntryFilter } from '../domain/entry-filter.ts'
import type { EntryPage, EntryReader, ExportFormat, PageRequest } from '../domain/entry-reader.ts'
import { readHistory } from './entry-history.ts'
import type { PrismaClient } from './generated/client.ts'
import { exportEntries } from './list/export.ts'
import { listEntries } from './list/list-entries.ts'
import { findEntry } from './sql/read-entries.ts'

/** Reads entries from Postgres. */
export class PostgresEntryReader implements EntryReader {
  readonly #client: PrismaClient

  constructor(client: PrismaClient) {
    this.#client = client
  }

  findEntry(id: number): Promise<StoredEntry | undefined> {
    return findEntry(this.#client, id)
  }

  readHistory(id: number, canRead: (userId: string) => boolean): AsyncIterable<Version> {
    return readHistory(this.#client, id, canRead)
  }

  readPage(request: PageRequest): Promise<EntryPage> {
    return listEntries(this.#client, request)
  }

  exportEntries(filter: EntryFilter, asOf: string | undefined, format: ExportFormat): AsyncIterable<string> {
    return exportEntries(this.#client, filter, asOf, format)
  }
}
