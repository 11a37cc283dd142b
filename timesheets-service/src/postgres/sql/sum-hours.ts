import type { GroupKey } from '@timesheets/contracts/list-query'
import type { ReportFormat, ReportRequest } from '../../domain/hours-reporter.ts'
import { Prisma } from '../generated/client.ts'
import { buildCondition } from '../list/filter.ts'
import { civilDay, csvCell } from '../list/serialize.ts'

interface Column {
  readonly name: string
  readonly expression: string
  readonly isText: boolean
}

/** The column that each key groups by. Days are civil days, so time zones do not matter. */
const columns: Readonly<Record<GroupKey, Column>> = {
  user: { name: 'user_id', expression: 'user_id', isText: true },
  project: { name: 'project', expression: 'project', isText: true },
  day: { name: 'day', expression: 'day', isText: false },
  // The first day of the year 1 was a Monday.
  week: { name: 'week', expression: `day - (day - date '0001-01-01') % 7`, isText: false },
  month: { name: 'month', expression: `date_trunc('month', day::timestamp)::date`, isText: false },
  source: { name: 'source', expression: 'source', isText: true },
}

/** Exact: whole seconds are summed, and seconds / 3600 is never halfway between two values of four decimals. */
const hours = (seconds: string) => `trim_scale(round(${seconds} / 3600.0, 4))`

/**
 * Sums hours by keys, sorted by the keys, and builds the whole report in one statement.
 * @param maxGroups one group more is counted, to show that there are more
 */
export async function sumHours(
  client: Prisma.TransactionClient,
  request: ReportRequest,
  maxGroups: number,
): Promise<{ readonly report: string; readonly groups: number }> {
  const [row] = await client.$queryRaw<[{ report: string; groups: number }]>(
    buildSumStatement(request, maxGroups),
  )
  return row
}

export function buildSumStatement({ filter, keys, format }: ReportRequest, maxGroups: number): Prisma.Sql {
  const grouped = keys.map((key) => columns[key])
  const selected = grouped.map(({ name, expression }) => `${expression} as "${name}",`).join(' ')
  const sorted = grouped.map(({ name, isText }) => `"${name}"${isText ? ' collate "C"' : ''}`).join(', ')
  const positions = keys.map((_, i) => i + 1).join(', ')
  const { head, separator, tail } = frame(grouped, format)
  return Prisma.sql`
    with summed as (
      select ${Prisma.raw(selected)} coalesce(sum(seconds), 0) as seconds, count(*) as entries,
             coalesce(sum(seconds) filter (where approved_at is not null), 0) as approved_seconds
        from timesheets
       where ${buildCondition(filter)} ${Prisma.raw(keys.length === 0 ? '' : `group by ${positions}`)}
    ), sorted as (
      select * from summed ${Prisma.raw(keys.length === 0 ? '' : `order by ${sorted}`)} limit ${maxGroups + 1}::int
    )
    select concat(${head}::text, string_agg(${Prisma.raw(serializeGroup(grouped, format))}, ${separator}::text), ${tail}::text)
             as report,
           count(*)::int as groups
      from sorted`
}

function frame(grouped: readonly Column[], format: ReportFormat) {
  if (format === 'json') return { head: '[', separator: ',', tail: ']' }
  const header = [...grouped.map(({ name }) => name), 'hours', 'entries', 'approved_hours'].join(',')
  return { head: `${header}\r\n`, separator: '', tail: '' }
}

/** @returns an SQL expression over the columns of one group */
function serializeGroup(grouped: readonly Column[], format: ReportFormat): string {
  if (format === 'json') {
    const fields = grouped.map(({ name }) => `'"${name}":' || to_json("${name}")::text || ',' || `)
    return `'{' || ${fields.join('')} '"hours":' || ${hours('seconds')} || ',"entries":' || entries
      || ',"approved_hours":' || ${hours('approved_seconds')} || '}'`
  }
  const cells = grouped.map(({ name, isText }) => (isText ? csvCell(name) : civilDay(`"${name}"`)))
  return `${[...cells, hours('seconds'), 'entries', hours('approved_seconds')].join(" || ',' || ")} || E'\\r\\n'`
}
