import { z } from 'zod'
import { storedEntrySchema } from './stored-entry.ts'

/** What made a version of an entry. */
export const actions = [
  'created',
  'updated',
  'deleted',
  'held',
  'approved',
  'reopened',
  'returned',
  'correction-applied',
  'correction-discarded',
] as const
export type Action = (typeof actions)[number]

/** One version of an entry, with what made it: the answer of `GET /timesheets/{id}/history` is an array of these, oldest first. */
export const versionSchema = z
  .strictObject({
    version: z.int().positive(),
    at: z.iso.datetime(),
    action: z.enum(actions),
    client: z.string().meta({ description: 'The program that made it' }),
    person: z.string().optional().meta({ description: 'The person who made it, where a person did' }),
    source: z.string(),
    external_id: z.string().optional(),
    digest: z
      .string()
      .nullable()
      .meta({ description: "Hex digest of the source's last word; null where that is a tombstone" }),
    approved_by: z.string().optional(),
    changes: z
      .record(z.string(), z.strictObject({ from: z.unknown().optional(), to: z.unknown().optional() }))
      .meta({ description: 'What differs from the version before, member by member' }),
    entry: storedEntrySchema,
  })
  .meta({ id: 'Version' })

export type Version = z.infer<typeof versionSchema>
