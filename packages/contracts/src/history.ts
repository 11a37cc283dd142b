import { z } from 'zod'
import { storedEntrySchema } from './stored-entry.ts'

/** The actions that create a version of an entry. */
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

/** One version of an entry and the action that created it. `GET /timesheets/{id}/history` returns an array of them, oldest first. */
export const versionSchema = z
  .strictObject({
    version: z.int().positive(),
    at: z.iso.datetime(),
    action: z.enum(actions),
    client: z.string().meta({ description: 'The client that made the change' }),
    person: z
      .string()
      .optional()
      .meta({ description: 'The person who made the change; absent if a program did' }),
    sync_run: z
      .int()
      .positive()
      .optional()
      .meta({ description: 'The sync run that made the change; absent if none did' }),
    source: z.string(),
    external_id: z.string().optional(),
    digest: z
      .string()
      .nullable()
      .meta({ description: 'Hex digest of the latest source version; null for a tombstone' }),
    approved_by: z.string().optional(),
    changes: z
      .record(z.string(), z.strictObject({ from: z.unknown().optional(), to: z.unknown().optional() }))
      .meta({ description: 'The fields that differ from the previous version' }),
    entry: storedEntrySchema,
  })
  .meta({ id: 'Version' })

export type Version = z.infer<typeof versionSchema>
