import { Prisma } from '../generated/client.ts'

/** Draws ids for new entries, ascending. */
export async function drawIds(transaction: Prisma.TransactionClient, count: number): Promise<number[]> {
  if (count === 0) return []
  const rows = await transaction.$queryRaw<{ id: bigint }[]>(Prisma.sql`
    with ids as materialized (select pg_get_serial_sequence('timesheets', 'id')::regclass as sequence)
    select nextval(ids.sequence) as id from ids, generate_series(1, ${count}::int)`)
  return rows.map((row) => Number(row.id)).sort((a, b) => a - b)
}
