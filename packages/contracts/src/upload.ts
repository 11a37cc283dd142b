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
  atomic: flag.optional().meta({
    description: 'Store all items or none: if one is rejected, the response is 422. Not for a stream',
  }),
  results: z
    .enum(['all'], 'must be all')
    .optional()
    .meta({ description: 'A stream returns a line for every item, not only for those rejected or held' }),
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

/** The media type of a stream of entries, one JSON text per line. */
export const ndjson = 'application/x-ndjson'

/** A line of the response to a stream: after each chunk that was stored, all that was stored so far. */
export const progressLineSchema = z.strictObject({ progress: summarySchema }).meta({ id: 'UploadProgress' })

/** The last line of the response to a stream. Without it, the upload has not finished: send it again. */
export const summaryLineSchema = z.strictObject({ summary: summarySchema }).meta({ id: 'UploadSummary' })

/** A line that ends the response to a stream which could not be read or stored to its end, and why. */
export const problemLineSchema = z.strictObject({ problem: problemSchema }).meta({ id: 'UploadProblem' })

/** Any line of the response to a stream. */
export const uploadLineSchema = z.union([
  uploadItemResultSchema,
  progressLineSchema,
  summaryLineSchema,
  problemLineSchema,
])

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
export type UploadLine = z.infer<typeof uploadLineSchema>
