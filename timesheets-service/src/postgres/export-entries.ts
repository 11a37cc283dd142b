import type { EntryFilter, Moment } from '../domain/entry-filter.ts'
import type { LineFormat } from './entry-line.ts'
import { entryRanges } from './entry-ranges.ts'
import type { PrismaClient } from './generated/client.ts'
import { listEntries } from './list-entries.ts'
import { takeSight } from './sight.ts'

/** Entries a statement: some 1 MB of text; 40 MB at the very most. */
const entriesAChunk = 4000

/** Statements at a time: writing the lines is what takes long, and Postgres has a process for each. */
const chunksAtOnce = 2

/**
 * Reads a whole list as text, chunk by chunk, as one instant saw it. No transaction is held meanwhile: a slow reader
 * keeps neither a connection nor old rows from being vacuumed. While a chunk is being sent, the next are being read.
 */
export async function* exportEntries(
  client: PrismaClient,
  filter: EntryFilter,
  moment: Moment,
  format: LineFormat,
): AsyncGenerator<string> {
  const seen = { ...moment, sight: await takeSight(client) }
  const chunks: Promise<string>[] = []
  for await (const range of entryRanges(client, filter, entriesAChunk)) {
    const chunk = listEntries(client, { filter, moment: seen, ...range }, format).then(({ text }) =>
      text === '' ? '' : text + format.separator,
    )
    chunk.catch(() => {}) // told where it is awaited; a reader that has left never awaits it
    chunks.push(chunk)
    if (chunks.length > chunksAtOnce) yield await chunks.shift()!
  }
  for (const chunk of chunks) yield await chunk
}
