import { z } from 'zod'
import { day, instant, project, text, userId } from './fields.ts'

/** True or false in a query; to a document it is a boolean. */
export const flag = z
  .enum(['true', 'false'], 'must be true or false')
  .meta({ type: 'boolean', enum: undefined })

/** How many a page of a list holds. */
export const limit = z
  .string()
  .regex(/^([1-9]|[1-9]\d|[1-4]\d\d|500)$/, 'must be a whole number from 1 to 500')
  // To a document it is a number.
  .meta({
    description: 'How many a page',
    type: 'integer',
    pattern: undefined,
    minimum: 1,
    maximum: 500,
    default: 100,
  })

/** Where a page of a list begins. */
export const cursor = z
  .string()
  .max(2000, 'is longer than any that a list gives')
  .meta({ description: 'From the `Link` of the page before; opaque' })

const source = text(256).meta({ description: 'As an entry shows it, also `client:…` and `app:…`' })

const filters = {
  from: day.optional().meta({ description: 'First day, inclusive' }),
  to: day.optional().meta({ description: 'Last day, inclusive' }),
  project: project.optional(),
  source: source.optional(),
  user_id: userId
    .optional()
    .meta({ description: 'Whose; `*` = everybody. Without it own entries. Needs `read:reports` for others' }),
}

const paging = {
  limit: limit.optional(),
  cursor: cursor.optional(),
}

/** The query of `GET /timesheets`. */
export const listQuerySchema = z.strictObject({
  ...filters,
  approved: flag.optional(),
  updated_after: instant.optional().meta({ description: 'Only what changed after it' }),
  as_of: instant.optional().meta({ description: 'Everything as it stood then' }),
  ...paging,
})

/** The query of `GET /approvals`: whose by `user_id`, everybody's without it. */
export const approvalsQuerySchema = z.strictObject({
  ...filters,
  user_id: userId.optional().meta({ description: 'Whose; everybody’s without it, or with `*`' }),
  ...paging,
})

/** What hours can be summed by. */
export const groupKeys = ['user', 'project', 'day', 'week', 'month', 'source'] as const
export type GroupKey = (typeof groupKeys)[number]

/** The query of `GET /reports/hours`. */
export const reportQuerySchema = z.strictObject({
  group_by: z
    .string()
    .refine(
      (text) => {
        const words = text.split(',')
        const times = words.filter((word) => ['day', 'week', 'month'].includes(word))
        const known = words.every((word) => (groupKeys as readonly string[]).includes(word))
        return known && new Set(words).size === words.length && times.length <= 1
      },
      `must be one or more of ${groupKeys.join(', ')}, separated by commas, each once, and one of day, week, month at most`,
    )
    .optional()
    .meta({ description: 'Without it one sum of all', examples: ['user,project,week'] }),
  from: day.optional(),
  to: day.optional(),
  project: project.optional(),
  source: source.optional(),
  user_id: userId.optional(),
})

/** One group of `GET /reports/hours`. */
export const hoursGroupSchema = z
  .strictObject({
    user_id: z.string().optional(),
    project: z.string().optional(),
    day: z.iso.date().optional(),
    week: z.iso.date().optional().meta({ description: 'Its Monday' }),
    month: z.iso.date().optional().meta({ description: 'Its first' }),
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
