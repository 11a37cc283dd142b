import { z } from 'zod'
import { day, instant, project, text, userIdOrEverybody } from './fields.ts'

/** A boolean parameter. The document describes it as a boolean rather than as two strings. */
export const flag = z
  .enum(['true', 'false'], 'must be true or false')
  .meta({ type: 'boolean', enum: undefined })

/** The number of items on a page. */
export const limit = z
  .string()
  .regex(/^([1-9]|[1-9]\d|[1-4]\d\d|500)$/, 'must be a whole number from 1 to 500')
  // The document describes it as an integer.
  .meta({
    description: 'Items per page',
    type: 'integer',
    pattern: undefined,
    minimum: 1,
    maximum: 500,
    default: 100,
  })

/** The position at which a page starts. */
export const cursor = z
  .string()
  .max(2000, 'is too long; take the cursor from a Link header')
  .meta({ description: 'Position of the page, from the `Link` of the previous page. Opaque' })

const source = text(256).meta({
  description: 'The source as entries show it, including `client:…` and `app:…`',
})

const filters = {
  from: day.optional().meta({ description: 'First day, inclusive' }),
  to: day.optional().meta({ description: 'Last day, inclusive' }),
  project: project.optional(),
  source: source.optional(),
  user_id: userIdOrEverybody.optional().meta({
    description:
      'Only entries of this person; `*` for everybody. Default: own entries. Entries of others need `read:reports`',
  }),
}

const paging = {
  limit: limit.optional(),
  cursor: cursor.optional(),
}

/** The most days that a list with `as_of` may cover without a `user_id`. */
export const maxAsOfDays = 400

/** The query of `GET /timesheets`. */
export const listQuerySchema = z.strictObject({
  ...filters,
  approved: flag.optional(),
  updated_after: instant.optional().meta({ description: 'Only entries that changed after this instant' }),
  as_of: instant.optional().meta({
    description: `The list as it was at this instant. Needs a \`user_id\`, or \`from\` and \`to\` of at most ${maxAsOfDays} days`,
  }),
  ...paging,
})

/** The query of `GET /approvals`. */
export const approvalsQuerySchema = z.strictObject({
  ...filters,
  user_id: userIdOrEverybody
    .optional()
    .meta({ description: 'Only entries of this person. Default: everybody’s, as with `*`' }),
  ...paging,
})

/** The keys that a report can group hours by. */
export const groupKeys = ['user', 'project', 'day', 'week', 'month', 'source'] as const
export type GroupKey = (typeof groupKeys)[number]

/** The query of `GET /reports/hours`. */
export const reportQuerySchema = z.strictObject({
  group_by: z
    .string()
    .refine(
      (text) => {
        const keys = text.split(',')
        const periods = keys.filter((key) => ['day', 'week', 'month'].includes(key))
        const areKnown = keys.every((key) => (groupKeys as readonly string[]).includes(key))
        return areKnown && new Set(keys).size === keys.length && periods.length <= 1
      },
      `must be a comma-separated list of ${groupKeys.join(', ')}, each at most once, with at most one of day, week and month`,
    )
    .optional()
    .meta({
      description: 'Keys to group by, separated by commas. Default: one sum of all hours',
      examples: ['user,project,week'],
    }),
  ...filters,
  user_id: userIdOrEverybody
    .optional()
    .meta({ description: 'Only hours of this person. Default: those of everybody, as with `*`' }),
})

/** One group of `GET /reports/hours`. */
export const hoursGroupSchema = z
  .strictObject({
    user_id: z.string().optional(),
    project: z.string().optional(),
    day: z.iso.date().optional(),
    week: z.iso.date().optional().meta({ description: 'The Monday of the week' }),
    month: z.iso.date().optional().meta({ description: 'The first day of the month' }),
    source: z.string().optional(),
    hours: z.number(),
    entries: z.int(),
    approved_hours: z.number(),
  })
  .meta({ id: 'HoursGroup' })

export type ListQuery = z.infer<typeof listQuerySchema>
export type ApprovalsQuery = z.infer<typeof approvalsQuerySchema>
export type ReportQuery = z.infer<typeof reportQuerySchema>
export type HoursGroup = z.infer<typeof hoursGroupSchema>
