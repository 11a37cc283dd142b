import { type Problem, ProblemError, type ProblemSlug, type ValidationError } from '../problem.ts'
import type { StoredEntry } from '../stored-entry.ts'

/** The entry of most examples: uploaded from a tracker. */
export const storedEntry = {
  id: 14,
  user_id: '007',
  date: '2017-05-10T17:40:20.095Z',
  day: '2017-05-10',
  project: 'StoreZero',
  hours: 5,
  source: 'harvest',
  external_id: '636709355',
  approved: false,
  version: 1,
  created_at: '2017-05-10T18:00:00.000Z',
  updated_at: '2017-05-10T18:00:00.000Z',
} as const satisfies StoredEntry

/** The same hours as a person enters them. */
export const ownEntry = { date: '2017-05-10', project: 'StoreZero', hours: 5, notes: 'Shelves' }

/** The entry that the API returns for them. */
export const ownStoredEntry = {
  ...ownEntry,
  id: 15,
  user_id: 'ann@exampleco.com',
  day: '2017-05-10',
  source: 'app:timesheets-web',
  approved: false,
  version: 1,
  created_at: '2017-05-10T18:00:00.000Z',
  updated_at: '2017-05-10T18:00:00.000Z',
} as const satisfies StoredEntry

/** An approved entry with a pending correction. */
export const correctedEntry = {
  ...storedEntry,
  approved: true,
  correction: {
    user_id: '007',
    date: '2017-05-10T17:40:20.095Z',
    day: '2017-05-10',
    project: 'StoreZero',
    hours: 6,
  },
  version: 3,
} as const satisfies StoredEntry

/** A problem as the API sends it, with the title of the table of problems. */
export function problemExample(
  slug: ProblemSlug,
  detail: string,
  errors?: readonly ValidationError[],
): Problem {
  return new ProblemError(slug, detail, errors === undefined ? {} : { members: { errors } }).toProblem()
}

/** A list in CSV. */
export const csv = `id,user_id,date,day,project,hours,notes,source,external_id,approved,returned_reason,correction,version,created_at,updated_at\r
14,"007",2017-05-10T17:40:20.095Z,2017-05-10,"StoreZero",5,,"harvest","636709355",false,,,1,2017-05-10T18:00:00.000Z,2017-05-10T18:00:00.000Z\r
`
