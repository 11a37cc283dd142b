import { type GroupKey, reportQuerySchema } from '@timesheets/contracts/list-query'
import { sqlStateOf } from '../postgres/database-error.ts'
import type { PrismaClient } from '../postgres/generated/client.ts'
import { reportHeader, sumHours } from '../postgres/sum-hours.ts'
import { preferredType } from './accept.ts'
import { invalidParameter, type Operation, readQueryBy } from './call.ts'

/** Groups that one answer may hold: some ten megabytes. */
const defaultMaxGroups = 100_000

/** Postgres' code for a statement that took longer than `DATABASE_TIMEOUT_MS`. */
const queryCanceled = '57014'

/** `GET /reports/hours`: sums by person, project, time and source, as JSON or CSV. */
export function reportHours(client: PrismaClient, { maxGroups = defaultMaxGroups } = {}): Operation {
  return async ({ request, query }) => {
    const asked = readQueryBy(query, reportQuerySchema)
    const { from, to, project, source } = asked
    const keys = (asked.group_by?.split(',') ?? []) as GroupKey[]
    const userIds = asked.user_id === undefined || asked.user_id === '*' ? undefined : [asked.user_id]
    const type = preferredType(request.headers.accept, ['application/json', 'text/csv'])
    const format = type === 'text/csv' ? 'csv' : 'json'
    const filter = { from, to, project, source, userIds }
    const { text, groups } = await sumHours(client, { filter, keys, format, maxGroups }).catch(tellTimeout)
    if (groups > maxGroups) {
      throw invalidParameter(
        'group_by',
        `makes more than ${maxGroups} groups of this; narrow it by from and to, or group by less`,
      )
    }
    if (format === 'json') {
      return { status: 200, text: `[${text}]`, headers: { 'content-type': type, vary: 'accept' } }
    }
    return {
      status: 200,
      text: `${reportHeader(keys)}\r\n${text === '' ? '' : `${text}\r\n`}`,
      headers: {
        'content-type': 'text/csv; charset=utf-8; header=present',
        'content-disposition': 'attachment; filename="hours.csv"',
        vary: 'accept',
      },
    }
  }
}

/** Else it would be an outage, which asks for the same again. */
function tellTimeout(error: unknown): never {
  if (sqlStateOf(error) !== queryCanceled) throw error
  throw invalidParameter('from', 'and to are of more than can be summed in time; ask for fewer days')
}
