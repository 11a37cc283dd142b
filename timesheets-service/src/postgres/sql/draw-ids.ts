import { Prisma } from '../generated/client.ts'

/** Draws ids for new entries, ascending. */
export async function drawIds(transaction: Prisma.TransactionClient, count: number): Promise<number[]> {
  if (count === 0) return []
  const [drawn] = await transaction.$queryRaw<[{ ids: string }]>(Prisma.sql`
    with ids as materialized (select pg_get_serial_sequence('timesheets', 'id')::regclass as sequence)
    select json_agg(nextval(ids.sequence))::text as ids from ids, generate_series(1, ${count}::int)`)
  return (JSON.parse(drawn.ids) as number[]).sort((a, b) => a - b)
}
