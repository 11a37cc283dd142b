import type { EntryFilter, Moment, Place, Sight } from '../domain/entry-filter.ts'
import type { LineFormat } from './entry-line.ts'
import type { PrismaClient } from './generated/client.ts'
import { listEntries } from './list-entries.ts'

/** Entries a statement: some 2 MB of text. */
const entriesAChunk = 8000

/**
 * Reads a whole list as text, chunk by chunk, as one instant saw it. No transaction is held meanwhile: a slow reader
 * keeps neither a connection nor old rows from being vacuumed. While a chunk is being sent, the next is being read.
 */
export async function* exportEntries(
  client: PrismaClient,
  filter: EntryFilter,
  moment: Moment,
  format: LineFormat,
): AsyncGenerator<string> {
  const read = (after?: Place, sight?: Sight) =>
    listEntries(client, { filter, moment: { ...moment, sight }, after, limit: entriesAChunk }, format)
  let { text, next, sight } = await read()
  while (next !== undefined) {
    const following = read(next, sight)
    following.catch(() => {}) // told where it is awaited; a reader that has left never awaits it
    yield text + format.separator
    ;({ text, next } = await following)
  }
  if (text !== '') yield text + format.separator
}
