import { z } from 'zod'
import { day, externalId, source, text, userId } from './fields.ts'
import { cursor, flag, limit } from './list-query.ts'
import { problemSchema } from './problem-schema.ts'
import { itemStatuses } from './status.ts'

/** The longest bookmark, in characters. */
export const maxBookmarkLength = 4096

/** Days that differ, and fields that are unknown, which the stats of one run may name. */
const maxNamed = 1000

const count = z.int().min(0)
const runId = z.int().positive()

/** What a sync run may read. */
export const syncModes = ['incremental', 'full'] as const

/**
 * What a run is: `running` while its lease is alive, `succeeded` or `failed` as the sync reported, `expired` if its lease
 * ended before that.
 */
export const syncRunStates = ['running', 'succeeded', 'failed', 'expired'] as const
export type SyncRunState = (typeof syncRunStates)[number]

/** Whether both sides hold the same hours, as the sync found at its end. */
export const proofs = ['equal', 'differs', 'not-provable'] as const

/** The body of `POST /sync-runs`. */
export const syncRunBodySchema = z
  .strictObject({
    source,
    account: text(256, { controls: false }).meta({
      description:
        'The id of the account or workspace in the tracker. The first run that may write binds the source to it',
      examples: ['1234567'],
    }),
    from: day.meta({ description: 'First day that the run reads, inclusive' }),
    to: day.meta({ description: 'Last day that the run reads, inclusive' }),
    mode: z.enum(syncModes),
    verify: z.boolean().optional().meta({
      description: 'The run only compares. It may not upload, and moves no bookmark',
    }),
  })
  .refine(({ from, to }) => from <= to, { path: ['to'], error: 'must not be before from' })
  .meta({ id: 'SyncRunBody' })

/** The response to `POST /sync-runs`. */
export const startedSyncRunSchema = z
  .strictObject({
    id: runId,
    bookmark: z.string().nullable().meta({
      description: 'The bookmark of the last successful run of the source; null if there is none',
    }),
    lease_expires_at: z.iso.datetime(),
  })
  .meta({ id: 'StartedSyncRun' })

const differingDaySchema = z
  .strictObject({
    // As the tracker has it: an entry of a user_id that is invalid may be the reason why the day differs.
    user_id: text(200),
    day,
    source: z.strictObject({ count, seconds: count }),
    stored: z.strictObject({ count, seconds: count }),
  })
  .meta({ id: 'DifferingDay' })

/** What a run did, as the sync counted it. */
export const syncStatsSchema = z
  .object({
    ...(Object.fromEntries(itemStatuses.map((status) => [status, count.optional()])) as Record<
      (typeof itemStatuses)[number],
      z.ZodOptional<typeof count>
    >),
    read: count.optional().meta({ description: 'Records that the tracker sent' }),
    skipped: count.optional().meta({ description: 'Records that are not uploaded, such as repeated ones' }),
    open: count.optional().meta({ description: 'Records without final hours, such as running timers' }),
    withheld: count.optional().meta({ description: 'Deletions that the sync did not make' }),
    unknown_fields: z
      .union([count, z.array(text(200)).max(maxNamed), z.record(text(200), count)])
      .optional()
      .meta({
        description:
          'Fields of the tracker that the sync does not know: their number, names, or counts by name',
      }),
    differing_days: z
      .union([count, z.array(differingDaySchema).max(maxNamed)])
      .optional()
      .meta({ description: 'Days of a person on which both sides differ: their number, or the days' }),
    proof: z.enum(proofs).optional().meta({
      description: 'Whether both sides hold the same hours; `not-provable` if the sync could not find out',
    }),
    provable: z.boolean().optional().meta({
      description:
        '`false` if no run of the source can prove that both sides are equal, because it reads files that do not say that they are complete',
    }),
    reason: text(1000).optional().meta({ description: 'Why the proof is not `equal`' }),
    digest: z
      .string()
      .regex(/^[0-9a-f]{32}$/, 'must be 32 lower-case hex digits')
      .optional()
      .meta({ description: 'The sum of the digests of the window' }),
  })
  // Not z.int(), whose type would be that of every field.
  .catchall(
    z
      .unknown()
      .refine(Number.isSafeInteger, 'is not a known field; other fields must be whole numbers')
      .meta({ type: 'integer' }),
  )
  .meta({ id: 'SyncStats', description: 'What a run did. Other fields are counts of the sync' })

/** The body of `PATCH /sync-runs/{id}`. */
export const syncRunPatchSchema = z
  .strictObject({
    status: z.enum(['running', 'succeeded', 'failed']).optional(),
    bookmark: text(maxBookmarkLength, { min: 0 }).optional().meta({
      description:
        'A text of the sync, which the next run gets. It becomes the bookmark of the source only with the status `succeeded`',
    }),
    stats: syncStatsSchema.optional(),
  })
  .meta({ id: 'SyncRunPatch' })

/** A sync run. */
export const syncRunSchema = z
  .strictObject({
    id: runId,
    source: z.string(),
    client: z.string().meta({ description: 'The client that runs the sync' }),
    account: z.string(),
    from: z.iso.date(),
    to: z.iso.date(),
    mode: z.enum(syncModes),
    verify: z.boolean(),
    status: z.enum(syncRunStates).meta({
      description: '`expired`: the lease of the run ended before the sync reported its end',
    }),
    lease_expires_at: z.iso.datetime(),
    bookmark: z.string().nullable().meta({ description: 'The bookmark that the run reported' }),
    stats: syncStatsSchema.nullable(),
    rejections: count.meta({ description: 'Rejections that were kept' }),
    started_at: z.iso.datetime(),
    ended_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'SyncRun' })

/** The query of `GET /sync-runs`. */
export const syncRunsQuerySchema = z.strictObject({
  source: source.optional(),
  state: z
    .enum(syncRunStates, `must be one of ${syncRunStates.join(', ')}`)
    .optional()
    .meta({ description: 'Only runs with this status' }),
  limit: limit.optional(),
  cursor: cursor.optional(),
})

const recompute = flag.optional().meta({
  description:
    'Compute each digest from the stored fields instead of using the stored digest, so that a row that was damaged in the database shows',
})

/** The query of `GET /sync-runs/{id}/digests`. */
export const digestsQuerySchema = z.strictObject({
  from: day.optional().meta({ description: 'First day, inclusive. Default: that of the run' }),
  to: day.optional().meta({ description: 'Last day, inclusive. Default: that of the run' }),
  recompute,
})

/** One line of `GET /sync-runs/{id}/digests`: the entries of a person on a day, by their latest source version. */
export const dayDigestSchema = z
  .strictObject({
    user_id: z.string(),
    day: z.iso.date(),
    count: z.int().positive(),
    seconds: count,
    digest: z
      .string()
      .regex(/^[0-9a-f]{32}$/)
      .meta({
        description:
          'The sum of the digests: bytes 0 to 7 and bytes 8 to 15 of each as unsigned big-endian numbers, each sum modulo 2^64',
      }),
    corrections: z.int().positive().optional().meta({
      description: 'Only if there are some: entries of which people see an approved version instead',
    }),
  })
  .meta({ id: 'DayDigest' })

/** The query of `GET /sync-runs/{id}/entries`. */
export const digestEntriesQuerySchema = z.strictObject({ user_id: userId, day, recompute })

/** One line of `GET /sync-runs/{id}/entries`. */
export const entryDigestSchema = z
  .strictObject({ external_id: z.string(), digest: z.string().regex(/^[0-9a-f]{32}$/) })
  .meta({ id: 'EntryDigest' })

/** The most bytes of one line of `POST /sync-runs/{id}/rejections`. */
export const maxRejectionBytes = 4096

/** The most rejections that a run may report. The API keeps as many of its own. */
export const maxRejections = 10_000

/** One line of `POST /sync-runs/{id}/rejections`: a record that was rejected before the upload. */
export const rejectionBodySchema = z
  .strictObject({
    external_id: externalId.optional(),
    problem: z
      .looseObject({ detail: text(2000).meta({ description: 'What is wrong, for people' }) })
      .meta({ description: 'Why the record was rejected; best a problem as in RFC 9457' }),
    sent: z.unknown().optional().meta({ description: 'What the tracker sent' }),
  })
  .meta({ id: 'RejectionBody' })

/** The response to `POST /sync-runs/{id}/rejections`. */
export const rejectionsResponseSchema = z
  .strictObject({
    received: count,
    kept: count.meta({ description: 'Rejections that were not kept before' }),
  })
  .meta({ id: 'RejectionsResponse' })

/** The query of `GET /sync-runs/{id}/rejections`. */
export const rejectionsQuerySchema = z.strictObject({ limit: limit.optional(), cursor: cursor.optional() })

/** What a run could not place. */
export const rejectionSchema = z
  .strictObject({
    id: runId,
    origin: z.enum(['sync', 'api']).meta({
      description: '`sync`: rejected before the upload. `api`: rejected by the upload',
    }),
    external_id: z.string().optional(),
    problem: z.union([problemSchema, z.looseObject({ detail: z.string() })]),
    sent: z.unknown().optional().meta({
      description: 'What was sent. If that was too long, the start of its JSON text',
    }),
    rejected_at: z.iso.datetime(),
  })
  .meta({ id: 'Rejection' })

export type SyncRunBody = z.infer<typeof syncRunBodySchema>
export type StartedSyncRun = z.infer<typeof startedSyncRunSchema>
export type SyncStats = z.infer<typeof syncStatsSchema>
export type SyncRunPatch = z.infer<typeof syncRunPatchSchema>
export type SyncRun = z.infer<typeof syncRunSchema>
export type SyncRunsQuery = z.infer<typeof syncRunsQuerySchema>
export type DayDigest = z.infer<typeof dayDigestSchema>
export type EntryDigest = z.infer<typeof entryDigestSchema>
export type RejectionBody = z.infer<typeof rejectionBodySchema>
export type Rejection = z.infer<typeof rejectionSchema>
