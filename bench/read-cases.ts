import type { GroupKey } from '@timesheets/contracts/list-query'
import type { EntryFilter, Moment } from '@timesheets/timesheets-service/domain/entry-filter'
import { jsonItems } from '@timesheets/timesheets-service/postgres/entry-line'
import { listStatement } from '@timesheets/timesheets-service/postgres/list-entries'
import { sumStatement } from '@timesheets/timesheets-service/postgres/sum-hours'

/** What is asked of the service, and the statement that it makes of it. */
export interface ReadCase {
  readonly name: string
  readonly target: string
  /** How many pages to go on before it is measured. */
  readonly page?: number
  readonly statement?: { readonly text: string; readonly values: readonly unknown[] }
}

const pageSize = 100

function list(name: string, query: string, filter: EntryFilter, moment: Moment = {}): ReadCase {
  const target = query.startsWith('/') ? query : `/timesheets${query === '' ? '' : `?${query}`}`
  return {
    name,
    target,
    statement: listStatement({ filter, moment, count: pageSize + 1 }, jsonItems, pageSize),
  }
}

function report(name: string, keys: readonly GroupKey[], from?: string, to?: string): ReadCase {
  const query = new URLSearchParams({
    ...(keys.length === 0 ? {} : { group_by: keys.join(',') }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  })
  const statement = sumStatement({ filter: { from, to }, keys, format: 'json', maxGroups: 100_000 })
  return { name, target: `/reports/hours${query.size === 0 ? '' : `?${query}`}`, statement }
}

const own = { userIds: ['user-0007'] }
/** Whose entries fill many pages at either size. */
const team = { userIds: ['team-0001'] }
const project = 'Project 007 Storefront'
const yearAgo = '2025-11-20T17:00:00.000Z'
const weekAgo = '2026-11-13T18:00:00.000Z'
const justNow = '2026-11-20T17:50:00.000Z'

export const lists: readonly ReadCase[] = [
  list('own', '', own),
  list('own, as of a year ago', `as_of=${yearAgo}`, own, { asOf: yearAgo }),
  list('one', 'user_id=team-0001', team),
  { ...list('one, page 20', 'user_id=team-0001', team), page: 20, statement: undefined },
  list('one, a month', 'user_id=team-0001&from=2024-02-01&to=2024-02-29', {
    ...team,
    from: '2024-02-01',
    to: '2024-02-29',
  }),
  list('one, unapproved', 'user_id=team-0001&approved=false', { ...team, approved: false }),
  list('everybody', 'user_id=*', {}),
  { ...list('everybody, page 2', 'user_id=*', {}), page: 2, statement: undefined },
  { ...list('everybody, page 20', 'user_id=*', {}), page: 20, statement: undefined },
  list('a month', 'user_id=*&from=2024-02-01&to=2024-02-29', { from: '2024-02-01', to: '2024-02-29' }),
  list('a project', `user_id=*&project=${encodeURIComponent(project)}`, { project }),
  list('an unknown project', 'user_id=*&project=none', { project: 'none' }),
  list('a source', 'user_id=*&source=toggl', { source: 'toggl' }),
  list('a source given up', 'user_id=*&source=harvest', { source: 'harvest' }),
  list('unapproved', 'user_id=*&approved=false', { approved: false }),
  list('approved', 'user_id=*&approved=true', { approved: true }),
  list('updated in ten minutes', `user_id=*&updated_after=${justNow}`, { updatedAfter: justNow }),
  list('updated in a week', `user_id=*&updated_after=${weekAgo}`, { updatedAfter: weekAgo }),
  list('updated in a year', `user_id=*&updated_after=${yearAgo}`, { updatedAfter: yearAgo }),
  list('as of a year ago', `user_id=*&as_of=${yearAgo}`, {}, { asOf: yearAgo }),
  { ...list('as of a year ago, page 2', `user_id=*&as_of=${yearAgo}`, {}), page: 2, statement: undefined },
  { ...list('as of a year ago, page 20', `user_id=*&as_of=${yearAgo}`, {}), page: 20, statement: undefined },
  list('approvals', '/approvals', { waiting: true }),
  { ...list('approvals, page 2', '/approvals', { waiting: true }), page: 2, statement: undefined },
  list('approvals of one', '/approvals?user_id=team-0001', { ...team, waiting: true }),
]

const month = ['2024-02-01', '2024-02-29'] as const

export const reports: readonly ReadCase[] = [
  report('all of it', []),
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
