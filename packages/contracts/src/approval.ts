import { z } from 'zod'
import { day, instant, text, userId } from './fields.ts'
import { problemSchema } from './problem-schema.ts'
import { storedEntrySchema } from './stored-entry.ts'

/** The most entries that one request may approve. */
export const maxApprovals = 1000

const id = z.int('must be a whole number').positive('must be greater than 0')

/** The body of `PUT /approvals/{id}`: empty, or an empty object. */
export const approveOneSchema = z.strictObject({}).meta({ id: 'ApproveOne' })

const seenAt = instant.optional().meta({
  description:
    'When the approver read the entries. Entries that were changed or added since are not approved, and reported as `changed`',
})

/** A body of `PUT /approvals`: the entries of one person in a range of days, both inclusive. */
export const approveDaysSchema = z
  .strictObject({ user_id: userId, from: day, to: day, seen_at: seenAt })
  .meta({ id: 'ApproveDays' })

/** A body of `PUT /approvals`: entries by id. */
export const approveIdsSchema = z
  .strictObject({
    ids: z
      .array(id)
      .min(1, 'must contain at least one id')
      .max(maxApprovals, `must contain at most ${maxApprovals} ids`),
    seen_at: seenAt,
  })
  .meta({ id: 'ApproveIds' })

/** The body of `PUT /approvals`. */
export const approveManySchema = z.union([approveDaysSchema, approveIdsSchema])

/** The body of `DELETE /approvals/{id}`: empty, or the reason why the entry is sent back. */
export const reopenSchema = z.strictObject({ reason: text(2000).optional() }).meta({ id: 'Reopen' })

/** The response of `PUT /approvals`, with one result per entry. */
export const approvalsResponseSchema = z
  .strictObject({
    errors: z.boolean().meta({ description: 'True if at least one entry was rejected' }),
    summary: z.strictObject({
      received: z.int(),
      approved: z.int(),
      deleted: z
        .int()
        .meta({ description: 'Entries that were deleted, because their pending correction was a tombstone' }),
      unchanged: z.int(),
      changed: z
        .int()
        .meta({ description: 'Entries that changed after `seen_at`, and were left as they are' }),
      rejected: z.int(),
    }),
    items: z.array(
      z.strictObject({
        id,
        status: z.enum(['approved', 'deleted', 'unchanged', 'changed', 'rejected']),
        code: z.int(),
        entry: storedEntrySchema.optional(),
        problem: problemSchema.optional(),
      }),
    ),
  })
  .meta({ id: 'ApprovalsResponse' })

export type ApproveMany = z.infer<typeof approveManySchema>
export type ApprovalsResponse = z.infer<typeof approvalsResponseSchema>
