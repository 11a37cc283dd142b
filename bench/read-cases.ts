import type { GroupKey } from '@timesheets/contracts/list-query'
import type { EntryFilter } from '@timesheets/timesheets-service/domain/entry-filter'
import { buildListStatement } from '@timesheets/timesheets-service/postgres/list/list-entries'
import { buildSumStatement } from '@timesheets/timesheets-service/postgres/sql/sum-hours'

/** A request to the service, and the statement that the service makes for it. */
export interface ReadCase {
  readonly name: string
  readonly target: string
  /** The page that is measured; the first one by default. */
  readonly page?: number
  readonly statement?: { readonly text: string; readonly values: readonly unknown[] }
}

const pageSize = 100

function list(name: string, query: string, filter: EntryFilter, asOf?: string): ReadCase {
  const target = query.startsWith('/') ? query : `/timesheets${query === '' ? '' : `?${query}`}`
  return {
    name,
    target,
    statement: buildListStatement({ filter, asOf, limit: pageSize + 1, readableNames: undefined }),
  }
}

/** A later page of a list; its statement is the same but for the position. */
const onPage = (page: number, { name, target }: ReadCase): ReadCase => ({
  name: `${name}, page ${page}`,
  target,
  page,
})

function report(name: string, keys: readonly GroupKey[], from?: string, to?: string): ReadCase {
  const query = new URLSearchParams({
    ...(keys.length === 0 ? {} : { group_by: keys.join(',') }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  })
  const statement = buildSumStatement({ filter: { from, to }, keys, format: 'json' }, 100_000)
  return { name, target: `/reports/hours${query.size === 0 ? '' : `?${query}`}`, statement }
}

const own = { userIds: ['user-0007'] }
/** A user with many pages of entries at both sizes. */
const team = { userIds: ['team-0001'] }
const project = 'Project 007 Storefront'
const yearAgo = '2025-11-20T17:00:00.000Z'
const weekAgo = '2026-11-13T18:00:00.000Z'
const justNow = '2026-11-20T17:50:00.000Z'
const range = (from: string, to: string) => ({ query: `from=${from}&to=${to}`, filter: { from, to } })
const february = range('2024-02-01', '2024-02-29')

const one = list('one user', 'user_id=team-0001', team)
const everybody = list('everybody', 'user_id=*', {})
const approvals = list('approvals', '/approvals', { needsDecision: true })

export const lists: readonly ReadCase[] = [
  list('own', '', own),
  one,
  onPage(20, one),
  list('one user, a month', `user_id=team-0001&${february.query}`, { ...team, ...february.filter }),
  list('one user, unapproved', 'user_id=team-0001&approved=false', { ...team, approved: false }),
  everybody,
  onPage(2, everybody),
  onPage(20, everybody),
  list('a month', `user_id=*&${february.query}`, february.filter),
  list('a project', `user_id=*&project=${encodeURIComponent(project)}`, { project }),
  list('an unknown project', 'user_id=*&project=none', { project: 'none' }),
  list('a source', 'user_id=*&source=toggl', { source: 'toggl' }),
  list('a source given up', 'user_id=*&source=harvest', { source: 'harvest' }),
  list('unapproved', 'user_id=*&approved=false', { approved: false }),
  list('approved', 'user_id=*&approved=true', { approved: true }),
  list('updated in ten minutes', `user_id=*&updated_after=${justNow}`, { updatedAfter: justNow }),
  list('updated in a week', `user_id=*&updated_after=${weekAgo}`, { updatedAfter: weekAgo }),
  list('updated in a year', `user_id=*&updated_after=${yearAgo}`, { updatedAfter: yearAgo }),
  approvals,
  onPage(2, approvals),
  list('approvals of one user', '/approvals?user_id=team-0001', { ...team, needsDecision: true }),
]

const november = range('2025-11-01', '2025-11-30')
const yearBefore = range('2024-11-21', '2025-11-20')
const yearSince = range('2025-11-20', '2026-11-20')
const yearBeforeAsOf = list(
  'a year, as of its end',
  `user_id=*&as_of=${yearAgo}&${yearBefore.query}`,
  yearBefore.filter,
  yearAgo,
)

/** Lists as of an instant pass over what was written since; the last case passes over all that it reads. */
export const listsAsOf: readonly ReadCase[] = [
  list('own, as of a year ago', `as_of=${yearAgo}`, own, yearAgo),
  list('one user, as of a year ago', `user_id=team-0001&as_of=${yearAgo}`, team, yearAgo),
  list('a month, as of a year ago', `user_id=*&as_of=${yearAgo}&${november.query}`, november.filter, yearAgo),
  yearBeforeAsOf,
  onPage(2, yearBeforeAsOf),
  onPage(20, yearBeforeAsOf),
  list('a year, as of its start', `user_id=*&as_of=${yearAgo}&${yearSince.query}`, yearSince.filter, yearAgo),
]

const month = ['2024-02-01', '2024-02-29'] as const

export const reports: readonly ReadCase[] = [
  report('all entries', []),
  report('by user', ['user']),
  report('by project', ['project']),
  report('by source', ['source']),
  report('by day', ['day']),
  report('by week', ['week']),
  report('by month', ['month']),
  report('a month by user', ['user'], ...month),
  report('a week by user, project', ['user', 'project'], '2024-02-05', '2024-02-11'),
  report('a month by user, day', ['user', 'day'], ...month),
  report('a year by project, week', ['project', 'week'], '2024-01-01', '2024-12-31'),
]
