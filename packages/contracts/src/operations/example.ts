import type { StoredEntry } from '../stored-entry.ts'

/** The entry that the examples tell of. */
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

/** The same, as a person enters it. */
export const ownEntry = { date: '2017-05-10', project: 'StoreZero', hours: 5, notes: 'Shelves' }

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

/** Approved, and corrected by its source since. */
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

export const csv = `id,user_id,date,day,project,hours,notes,source,external_id,approved,returned_reason,correction,version,created_at,updated_at\r
14,"007",2017-05-10T17:40:20.095Z,2017-05-10,"StoreZero",5,,"harvest","636709355",false,,,1,2017-05-10T18:00:00.000Z,2017-05-10T18:00:00.000Z\r
`
