import type { Sight } from '../domain/entry-filter.ts'
import { Prisma } from './generated/client.ts'

/** What a statement that selects `sightColumns` could see. */
export interface SightRow {
  readonly snapshot: string
  readonly taken_at_ms: number
}

export const sightColumns = Prisma.sql`pg_current_snapshot()::text as snapshot,
  ceil(extract(epoch from clock_timestamp()) * 1000)::float8 as taken_at_ms`

/** Reads `xmin:xmax:xip,…` (https://www.postgresql.org/docs/18/functions-info.html#FUNCTIONS-INFO-SNAPSHOT). */
export function sightOf({ snapshot, taken_at_ms: takenAtMs }: SightRow): Sight {
  const [, xmax = '', inProgress = ''] = snapshot.split(':')
  return {
    takenAtMs,
    xmax: Number(xmax),
    inProgress: inProgress === '' ? [] : inProgress.split(',').map(Number),
  }
}

/** What can be seen now. */
export async function takeSight(client: Prisma.TransactionClient): Promise<Sight> {
  const [row] = await client.$queryRaw<[SightRow]>(Prisma.sql`select ${sightColumns}`)
  return sightOf(row)
}
