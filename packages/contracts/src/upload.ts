import { z } from 'zod'
import { flag } from './list-query.ts'
import { problemSchema } from './problem-schema.ts'
import { itemStatuses, statusCodes } from './status.ts'
import { correctionSchema, storedEntrySchema } from './stored-entry.ts'

/** Items that one JSON array may hold. */
export const maxArrayItems = 1000

/** The query of `POST /timesheets/upload`. */
export const uploadQuerySchema = z.strictObject({
  dry_run: flag.optional().meta({ description: 'Say what would become of it, and write nothing' }),
})

const count = z.int().min(0)

export const summarySchema = z
  .strictObject({
    received: count,
    ...(Object.fromEntries(itemStatuses.map((word) => [word, count])) as Record<
      (typeof itemStatuses)[number],
      typeof count
    >),
  })
  .meta({ id: 'Summary' })

/** The state of a correction that keeps the latest source version of an approved entry from being its accepted version. */
export const openCorrectionStates = ['pending', 'discarded'] as const

/** What became of one item of a batch. */
export const uploadItemResultSchema = z
  .strictObject({
    index: count.meta({ description: 'Its place in what was sent, from 0' }),
    status: z.enum(itemStatuses),
    code: z.int().meta({ description: 'The HTTP status that it would have had alone' }),
    id: z.int().positive().nullable().optional(),
    user_id: z.string().optional(),
    message: z.string().optional(),
    correction: z.enum(openCorrectionStates).optional().meta({
      description:
        'Only if the item is unchanged and the entry is approved with other content: whether its correction waits for an approver or was discarded',
    }),
    problem: problemSchema.optional(),
  })
  .meta({ id: 'UploadItemResult' })

/** The answer to an array. */
export const batchResponseSchema = z
  .strictObject({ errors: z.boolean(), summary: summarySchema, items: z.array(uploadItemResultSchema) })
  .meta({ id: 'BatchResponse' })

/** The answer to a single entry: the entry, what became of it, and the sentence that says so. */
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

export type OpenCorrectionState = (typeof openCorrectionStates)[number]
export type Summary = z.infer<typeof summarySchema>
export type UploadItemResult = z.infer<typeof uploadItemResultSchema>
export type BatchResponse = z.infer<typeof batchResponseSchema>
