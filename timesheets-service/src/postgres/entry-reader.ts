import type { Version } from '@timesheets/contracts/history'
import type { StoredEntry } from '@timesheets/contracts/stored-entry'
import type {
  EntryPage,
  EntryReader,
  ExportRequest,
  PageRequest,
  ReadableNames,
} from '../domain/entry-reader.ts'
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

  findEntry(id: number, names: ReadableNames): Promise<StoredEntry | undefined> {
    return findEntry(this.#client, id, names)
  }

  readHistory(id: number, names: ReadableNames): AsyncIterable<Version> {
    return readHistory(this.#client, id, names)
  }

  readPage(request: PageRequest): Promise<EntryPage> {
    return listEntries(this.#client, request)
  }

  exportEntries(request: ExportRequest): AsyncIterable<string> {
    return exportEntries(this.#client, request)
  }
}
