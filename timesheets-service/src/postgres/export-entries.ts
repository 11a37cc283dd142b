import type { EntryFilter, Moment } from '../domain/entry-filter.ts'
import type { LineFormat } from './entry-line.ts'
import { type EntryRange, entryRanges, wholeList } from './entry-ranges.ts'
import type { PrismaClient } from './generated/client.ts'
import { listEntries } from './list-entries.ts'
import { takeSight } from './sight.ts'

/** Text that a statement shall make: enough that the statement itself costs little, in little memory. */
const charactersAChunk = 2_000_000
const [fewestEntries, mostEntries] = [100, 8000]

/** Statements at a time: writing the lines is what takes long, and Postgres has a process for each. */
const chunksAtOnce = 2

/** What a statement read of a range. */
interface Chunk {
  readonly text: string
  /** What of the range is still to be read. */
  readonly rest: EntryRange | undefined
}

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

  /** A range is cut as the list stands now; of what stood then it may hold any number, and is read in so many chunks. */
  const read = async (range: EntryRange): Promise<Chunk> => {
    const count = 2 * entriesAChunk
    const { text, found, place } = await listEntries(
      client,
      { filter, moment: seen, ...range, count },
      format,
      count,
    )
    if (found === 0) return { text, rest: undefined }
    const fitting = Math.floor((charactersAChunk * found) / text.length)
    entriesAChunk = Math.min(mostEntries, Math.max(fewestEntries, fitting))
    return { text: text + format.separator, rest: place && { after: place, until: range.until } }
  }

  async function* drain(first: Promise<Chunk>): AsyncGenerator<string> {
    for (let chunk = await first; ; chunk = await read(chunk.rest)) {
      yield chunk.text
      if (chunk.rest === undefined) return
    }
  }

  const isCut = seen.asOf === undefined && (filter.userIds?.length ?? 1) === 1
  const ranges = isCut ? entryRanges(client, filter, () => entriesAChunk) : [wholeList]
  const chunks: Promise<Chunk>[] = []
  for await (const range of ranges) {
    const chunk = read(range)
    chunk.catch(() => {}) // told where it is awaited; a reader that has left never awaits it
    chunks.push(chunk)
    if (chunks.length > chunksAtOnce) yield* drain(chunks.shift()!)
  }
  for (const chunk of chunks) yield* drain(chunk)
}
