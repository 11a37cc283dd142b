import type { GroupKey } from '@timesheets/contracts/list-query'
import type { EntryFilter } from '../domain/entry-filter.ts'
import { conditionOf } from './entry-condition.ts'
import { civilDay, csvCell } from './entry-line.ts'
import { Prisma } from './generated/client.ts'

/** What each key groups by, and what it is called. Days are civil days: no time zone has a say. */
const groupings: Record<GroupKey, { name: string; expression: string; isText: boolean }> = {
  user: { name: 'user_id', expression: 'user_id', isText: true },
  project: { name: 'project', expression: 'project', isText: true },
  day: { name: 'day', expression: 'day', isText: false },
  // The first day of the year 1 was a Monday.
  week: { name: 'week', expression: `day - (day - date '0001-01-01') % 7`, isText: false },
  month: { name: 'month', expression: `date_trunc('month', day::timestamp)::date`, isText: false },
  source: { name: 'source', expression: 'source', isText: true },
}

/** Exact: the sum of whole seconds is one whole number, and 3600 leaves no tie at four decimals. */
const hours = (seconds: string) => `trim_scale(round(${seconds} / 3600.0, 4))`

export type ReportFormat = 'json' | 'csv'

export interface Sums {
  /** Lines with their separator between them. */
  readonly text: string
  readonly groups: number
}

interface Asked {
  readonly filter: EntryFilter
  readonly keys: readonly GroupKey[]
  readonly format: ReportFormat
  readonly maxGroups: number
}

/** Sums hours by keys, in the order of the keys; without keys, all of them. */
export async function sumHours(client: Prisma.TransactionClient, asked: Asked): Promise<Sums> {
  const [row] = await client.$queryRaw<[{ text: string | null; groups: number }]>(sumStatement(asked))
  return { text: row.text ?? '', groups: row.groups }
}

/** One group more than asked for tells that there are more. */
export function sumStatement({ filter, keys, format, maxGroups }: Asked): Prisma.Sql {
  const grouped = keys.map((key) => groupings[key])
  const selected = grouped.map(({ name, expression }) => `${expression} as "${name}",`).join(' ')
  const names = grouped.map(({ name, isText }) => `"${name}"${isText ? ' collate "C"' : ''}`).join(', ')
  const positions = keys.map((_, i) => i + 1).join(', ')
  return Prisma.sql`
    with summed as (
      select ${Prisma.raw(selected)} coalesce(sum(seconds), 0) as seconds, count(*) as entries,
             coalesce(sum(seconds) filter (where approved_at is not null), 0) as approved_seconds
        from timesheets
       where ${conditionOf(filter)} ${Prisma.raw(keys.length === 0 ? '' : `group by ${positions}`)}
    ), sorted as (
      select * from summed ${Prisma.raw(keys.length === 0 ? '' : `order by ${names}`)} limit ${maxGroups + 1}::int
    )
    select string_agg(${Prisma.raw(lineOf(grouped, format))}, ${format === 'json' ? ',' : '\r\n'}::text) as text,
           count(*)::int as groups
      from sorted`
}

/** The columns of a report as CSV. */
export function reportHeader(keys: readonly GroupKey[]): string {
  return [...keys.map((key) => groupings[key].name), 'hours', 'entries', 'approved_hours'].join(',')
}

function lineOf(grouped: readonly { name: string; isText: boolean }[], format: ReportFormat): string {
  if (format === 'json') {
    const members = grouped.map(({ name }) => `'"${name}":' || to_json("${name}")::text || ',' || `)
    return `'{' || ${members.join('')} '"hours":' || ${hours('seconds')} || ',"entries":' || entries
      || ',"approved_hours":' || ${hours('approved_seconds')} || '}'`
  }
  const cells = grouped.map(({ name, isText }) => (isText ? csvCell(name) : civilDay(`"${name}"`)))
  return [...cells, hours('seconds'), 'entries', hours('approved_seconds')].join(" || ',' || ")
}
