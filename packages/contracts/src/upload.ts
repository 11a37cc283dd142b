import { z } from 'zod'
import { flag } from './list-query.ts'
import { problemSchema } from './problem-schema.ts'
import { itemStatuses, statusCodes } from './status.ts'
import { correctionSchema, storedEntrySchema } from './stored-entry.ts'

/** The most items that one JSON array may contain. */
export const maxArrayItems = 1000

/** The query of `POST /timesheets/upload`. */
export const uploadQuerySchema = z.strictObject({
  dry_run: flag.optional().meta({ description: 'Return what the upload would do, and write nothing' }),
})

const count = z.int().min(0)

export const summarySchema = z
  .strictObject({
    received: count,
    ...(Object.fromEntries(itemStatuses.map((status) => [status, count])) as Record<
      (typeof itemStatuses)[number],
      typeof count
    >),
  })
  .meta({ id: 'Summary' })

/** States of a correction that is not applied, so that the accepted version differs from the latest source version. */
export const unappliedCorrectionStates = ['pending', 'discarded'] as const

/** The result of one item of a batch. */
export const uploadItemResultSchema = z
  .strictObject({
    index: count.meta({ description: 'The position of the item in the request, starting at 0' }),
    status: z.enum(itemStatuses),
    code: z.int().meta({ description: 'The HTTP status that the item would get as a single entry' }),
    id: z.int().positive().nullable().optional(),
    user_id: z.string().optional(),
    message: z.string().optional(),
    correction: z.enum(unappliedCorrectionStates).optional().meta({
      description:
        'Only if the item is unchanged and the entry is approved with other content: whether its correction waits for an approver or was discarded',
    }),
    problem: problemSchema.optional(),
  })
  .meta({ id: 'UploadItemResult' })

/** The response to an array. */
export const batchResponseSchema = z
  .strictObject({ errors: z.boolean(), summary: summarySchema, items: z.array(uploadItemResultSchema) })
  .meta({ id: 'BatchResponse' })

/** The response to a single entry: the entry, the result and a message. */
export const singleResponseSchema = z
  .union([
    storedEntrySchema.extend({
      status: z.enum(Object.keys(statusCodes) as [keyof typeof statusCodes]),
      message: z.string(),
      correction: z
        .union([correctionSchema, z.literal('discarded')])
        .optional()
        .meta({
          description:
            'Only if the entry is approved with other content: the pending correction, or "discarded" if an approver discarded it',
        }),
    }),
    z.strictObject({ id: z.null(), user_id: z.string(), status: z.string(), message: z.string() }),
  ])
  .meta({ id: 'SingleResponse' })

export type OpenCorrectionState = (typeof unappliedCorrectionStates)[number]
export type Summary = z.infer<typeof summarySchema>
export type UploadItemResult = z.infer<typeof uploadItemResultSchema>
export type BatchResponse = z.infer<typeof batchResponseSchema>
