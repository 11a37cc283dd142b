import { z } from 'zod'

/** The pending correction of an approved entry: its latest source version, which differs from the accepted version. */
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

/** An entry as the API returns it. */
export const storedEntrySchema = z
  .strictObject({
    id: z.int().positive(),
    user_id: z.string(),
    date: z.string().meta({ description: 'The date as it was written' }),
    day: z.iso.date().meta({ description: 'The calendar day, in the offset of `date`' }),
    project: z.string(),
    hours: z.number().meta({ description: 'Hours worked, with up to four decimals' }),
    notes: z.string().optional(),
    source: z.string(),
    external_id: z.string().optional(),
    deleted: z.literal(true).optional().meta({ description: 'Present if the entry is deleted' }),
    approved: z.boolean(),
    returned_reason: z.string().optional().meta({ description: 'Why an approver sent the entry back' }),
    correction: correctionSchema.optional(),
    version: z.int().positive().meta({ description: 'Increases with each change; also the `ETag`' }),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: 'StoredEntry' })

export type StoredEntry = z.infer<typeof storedEntrySchema>
