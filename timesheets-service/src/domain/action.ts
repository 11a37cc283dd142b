/** What made a version of an entry: it stands in the history. */
export type Action =
  | 'created'
  | 'updated'
  | 'deleted'
  | 'held'
  | 'approved'
  | 'reopened'
  | 'returned'
  | 'correction-applied'
  | 'correction-discarded'
