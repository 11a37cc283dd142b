/** What a column can mean: the fields of the contract, further names of a person, and what hours are computed from. */
export const columnFields = [
  'external_id',
  'user_id',
  'email',
  'person_id',
  'person',
  'date',
  'start',
  'end',
  'end_date',
  'project',
  'task',
  'hours',
  'notes',
  'running',
] as const
export type ColumnField = (typeof columnFields)[number]
