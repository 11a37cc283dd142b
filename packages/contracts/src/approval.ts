import { z } from 'zod'
import { day, text, userId } from './fields.ts'
import { problemSchema } from './problem-schema.ts'
import { storedEntrySchema } from './stored-entry.ts'

/** Entries that one request may approve. */
export const maxApprovals = 1000

const id = z.int('must be a whole number').positive('must be greater than 0')

/** The body of `PUT /approvals/{id}`: none, or an empty object. */
export const approveOneSchema = z.strictObject({}).meta({ id: 'ApproveOne' })

/** A body of `PUT /approvals`: the days of a person. */
export const approveDaysSchema = z
  .strictObject({ user_id: userId, from: day, to: day })
  .meta({ id: 'ApproveDays' })

/** A body of `PUT /approvals`: entries by id. */
export const approveIdsSchema = z
  .strictObject({
    ids: z
      .array(id)
      .min(1, 'must name an entry')
      .max(maxApprovals, `must name at most ${maxApprovals} entries`),
  })
  .meta({ id: 'ApproveIds' })

/** The body of `PUT /approvals`. */
export const approveManySchema = z.union([approveDaysSchema, approveIdsSchema])

/** The body of `DELETE /approvals/{id}`: none, or why it is sent back. */
export const reopenSchema = z.strictObject({ reason: text(2000).optional() }).meta({ id: 'Reopen' })

/** What became of each entry of `PUT /approvals`. */
export const approvalsResponseSchema = z
  .strictObject({
    errors: z.boolean(),
    summary: z.strictObject({
      received: z.int(),
      approved: z.int(),
      deleted: z.int().meta({ description: 'Whose pending correction was a tombstone' }),
      unchanged: z.int(),
      rejected: z.int(),
    }),
    items: z.array(
      z.strictObject({
        id,
        status: z.enum(['approved', 'deleted', 'unchanged', 'rejected']),
        code: z.int(),
        entry: storedEntrySchema.optional(),
        problem: problemSchema.optional(),
      }),
    ),
  })
  .meta({ id: 'ApprovalsResponse' })

export type ApproveMany = z.infer<typeof approveManySchema>
export type ApprovalsResponse = z.infer<typeof approvalsResponseSchema>
