/** The results of an uploaded item, each with the HTTP status of the response to a single entry. */
export const statusCodes = {
  created: 201,
  updated: 200,
  unchanged: 200,
  deleted: 200,
  held: 202,
} as const

export type Status = keyof typeof statusCodes

/** The results that the summary of a batch counts. */
export const itemStatuses = ['created', 'updated', 'unchanged', 'deleted', 'held', 'rejected'] as const

/**
 * Formats the message of a result for people.
 * @param id null for a tombstone of an unknown entry; `new` for an entry that a dry run would create
 */
export function formatMessage(status: Status, id: number | 'new' | null, userId: string): string {
  if (id === null) return `Nothing to delete for employee ${userId}`
  if (id === 'new') return `${newMessages[status]} for employee ${userId}`
  switch (status) {
    case 'created':
      return `Created timesheet ${id} for employee ${userId}`
    case 'updated':
      return `Updated timesheet ${id} for employee ${userId}`
    case 'deleted':
      return `Deleted timesheet ${id} for employee ${userId}`
    case 'unchanged':
      return `Timesheet ${id} for employee ${userId} is unchanged`
    case 'held':
      return `Held a correction to approved timesheet ${id} for employee ${userId}`
  }
}

/** A dry run creates no id. Several items of one upload may refer to the same new timesheet. */
const newMessages = {
  created: 'Would create a timesheet',
  updated: 'Would update the new timesheet',
  unchanged: 'Would not change the new timesheet',
  deleted: 'Would delete the new timesheet',
  held: 'Would hold a correction to the new timesheet',
} as const satisfies Record<Status, string>
