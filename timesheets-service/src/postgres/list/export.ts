import type { KeysetPosition } from '../../domain/entry-filter.ts'
import type { ExportFormat, ExportRequest, PageRequest } from '../../domain/entry-reader.ts'
import { Prisma } from '../generated/client.ts'
import { selectNewest } from './list-entries.ts'
import { civilDay, csvLines, ndjson, type RowSerializer } from './serialize.ts'

/** Bytes of one chunk, exceeded by less than one entry: enough that the statement itself costs little. */
export const maxChunkBytes = 512 * 1024

/** Rows that one statement reads. It follows the size of the entries, between these bounds. */
const [minRows, maxRows] = [100, 4000]

const serializers: Readonly<Record<ExportFormat, RowSerializer>> = { csv: csvLines, ndjson }

interface Chunk {
  readonly text: string
  /** Where the next chunk starts; undefined after the last one. */
  readonly next: { readonly after: KeysetPosition; readonly limit: number } | undefined
}

interface Row {
  readonly text: string | null
  /** Rows that the statement read. */
  readonly found: number
  /** Rows of them that fit into the chunk. */
  readonly taken: number
  /** `YYYY-MM-DD` of the last row in the chunk. */
  readonly last_day: string | null
  readonly last_id: bigint | null
}

/**
 * Reads a complete list chunk by chunk, each in a statement of its own. At most one statement runs at a time: the one
 * for the next chunk, while the consumer takes the current one. So an export holds two chunks at most.
 */
export async function* exportEntries(
  client: Prisma.TransactionClient,
  { format, ...list }: ExportRequest,
): AsyncGenerator<string> {
  const serializer = serializers[format]
  const read = (after: KeysetPosition | undefined, limit: number) =>
    readChunk(client, { ...list, after, limit }, serializer)
  let chunk = await read(undefined, minRows)
  if (serializer.header !== '') yield serializer.header
  for (;;) {
    const next = chunk.next && read(chunk.next.after, chunk.next.limit)
    // A rejection is thrown below, where it is awaited; a consumer that stopped reading never awaits it.
    next?.catch(() => {})
    if (chunk.text !== '') yield chunk.text
    if (next === undefined) return
    chunk = await next
  }
}

async function readChunk(
  client: Prisma.TransactionClient,
  request: PageRequest,
  serializer: RowSerializer,
): Promise<Chunk> {
  const [row] = await client.$queryRaw<[Row]>(buildExportStatement(request, serializer))
  const { text, found, taken, last_day: day, last_id: id } = row
  if (text === null || day === null || id === null) return { text: '', next: undefined }
  const isLast = taken === found && found < request.limit
  const fitting = Math.ceil((maxChunkBytes * taken) / text.length)
  const limit = Math.min(maxRows, Math.max(minRows, fitting))
  return { text, next: isLast ? undefined : { after: { day, id: Number(id) }, limit } }
}

/** Serializes rows until they fill the chunk. The rows that do not fit are read again by the next statement. */
export function buildExportStatement(request: PageRequest, { row }: RowSerializer): Prisma.Sql {
  const fits = Prisma.sql`filter (where bytes_before < ${maxChunkBytes}::int)`
  return Prisma.sql`
    select string_agg(line, '') ${fits} as text, count(*)::int as found, (count(*) ${fits})::int as taken,
           (array_agg(${Prisma.raw(civilDay('day'))}) ${fits})[count(*) ${fits}] as last_day,
           (array_agg(id) ${fits})[count(*) ${fits}] as last_id
      from (select line, day, id,
                   sum(octet_length(line)) over (order by day desc, id desc rows unbounded preceding) - octet_length(line)
                     as bytes_before
              from (select ${row} as line, day, id from (${selectNewest(request)}) as entry
                     order by entry.day desc, entry.id desc) as serialized) as measured`
}
