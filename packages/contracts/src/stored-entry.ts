import { z } from 'zod'

/** What a source has said since about an approved entry, and nobody has decided on yet. */
export const correctionSchema = z
  .union([
    z.strictObject({ deleted: z.literal(true) }),
    z.strictObject({
      user_id: z.string(),
      date: z.string(),
      day: z.iso.date(),
      project: z.string(),
      hours: z.number(),
      notes: z.string().optional(),
    }),
  ])
  .meta({ id: 'Correction' })

/** An entry as it is read back. */
export const storedEntrySchema = z
  .strictObject({
    id: z.int().positive(),
    user_id: z.string(),
    date: z.string().meta({ description: 'As it was written' }),
    day: z.iso.date().meta({ description: 'The civil day as written, in its own offset' }),
    project: z.string(),
    hours: z.number().meta({ description: 'Up to four decimals' }),
    notes: z.string().optional(),
    source: z.string(),
    external_id: z.string().optional(),
    deleted: z.literal(true).optional().meta({ description: 'Only where the source has deleted it' }),
    approved: z.boolean(),
    returned_reason: z.string().optional().meta({ description: 'Why an approver sent it back' }),
    correction: correctionSchema.optional(),
    version: z.int().positive().meta({ description: 'Also its ETag' }),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: 'StoredEntry' })

export type StoredEntry = z.infer<typeof storedEntrySchema>
