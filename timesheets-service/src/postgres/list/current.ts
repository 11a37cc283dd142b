import type { PageRequest } from '../../domain/entry-reader.ts'
import { Prisma } from '../generated/client.ts'
import { and, buildCondition, isAfter } from './filter.ts'
import { chooseIndex, type IndexChoice, selectForNames } from './index-choice.ts'
import { entryColumns } from './serialize.ts'

/**
 * Selects current entries: an unordered superset of the page. For the names of a person it selects one page per name;
 * each is ordered, limited and indexed.
 */
export function selectCurrent({ filter, after, limit }: PageRequest): Prisma.Sql {
  const { userIds, ...rest } = filter
  const select = ({ condition, rest, orderPrefix }: IndexChoice) => Prisma.sql`
    (select id, ${entryColumns} from timesheets
      where ${and([condition, isAfter(after, Prisma.sql`id`), buildCondition(rest)])}
      order by ${orderPrefix} day desc, id desc limit ${limit}::int)`
  return userIds === undefined ? select(chooseIndex(rest)) : selectForNames(userIds, rest, select)
}
