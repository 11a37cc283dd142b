import type { EntryFilter, Moment } from '../domain/entry-filter.ts'
import type { LineFormat } from './entry-line.ts'
import { type EntryRange, entryRanges } from './entry-ranges.ts'
import type { PrismaClient } from './generated/client.ts'
import { listEntries } from './list-entries.ts'
import { takeSight } from './sight.ts'

/** Text that a statement shall make: enough that the statement itself costs little, in little memory. */
const charactersAChunk = 2_000_000
const [fewestEntries, mostEntries] = [100, 8000]

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
  let entriesAChunk = fewestEntries
  const read = async (range: EntryRange) => {
    const { text, found } = await listEntries(client, { filter, moment: seen, ...range }, format)
    if (found === 0) return ''
    const fitting = Math.floor((charactersAChunk * found) / text.length)
    entriesAChunk = Math.min(mostEntries, Math.max(fewestEntries, fitting))
    return text + format.separator
  }
  const chunks: Promise<string>[] = []
  for await (const range of entryRanges(client, filter, () => entriesAChunk)) {
    const chunk = read(range)
    chunk.catch(() => {}) // told where it is awaited; a reader that has left never awaits it
    chunks.push(chunk)
    if (chunks.length > chunksAtOnce) yield await chunks.shift()!
  }
  for (const chunk of chunks) yield await chunk
}
