import type { PageRequest } from '../../domain/entry-reader.ts'
import { Prisma } from '../generated/client.ts'
import { and, buildCondition, isAfter } from './filter.ts'
import { chooseIndex, type SingleUserFilter, splitByUser } from './index-choice.ts'
import { entryColumns } from './serialize.ts'

/**
 * Selects current entries: an unordered superset of the page. There is one UNION branch per name of the person; each
 * branch is ordered, limited and indexed, so it reads at most one page.
 */
export function selectCurrent(request: PageRequest): Prisma.Sql {
  const branches = splitByUser(request.filter).map((filter) => selectBranch(filter, request))
  return Prisma.join(branches, ' union all ')
}

function selectBranch(filter: SingleUserFilter, { after, limit }: PageRequest): Prisma.Sql {
  const { condition, rest, orderPrefix } = chooseIndex(filter)
  return Prisma.sql`
    (select id, ${entryColumns} from timesheets
      where ${and([condition, isAfter(after, Prisma.sql`id`), buildCondition(rest)])}
      order by ${orderPrefix} day desc, id desc limit ${limit}::int)`
}
