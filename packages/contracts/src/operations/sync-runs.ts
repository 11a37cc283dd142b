import { z } from 'zod'
import type { OperationContract } from '../operation-contract.ts'
import {
  type DayDigest,
  dayDigestSchema,
  digestEntriesQuerySchema,
  digestsQuerySchema,
  type EntryDigest,
  entryDigestSchema,
  maxRejectionBytes,
  maxRejections,
  type Rejection,
  type RejectionBody,
  rejectionBodySchema,
  rejectionSchema,
  rejectionsQuerySchema,
  rejectionsResponseSchema,
  type SyncRun,
  startedSyncRunSchema,
  syncRunBodySchema,
  syncRunPatchSchema,
  syncRunSchema,
  syncRunsQuerySchema,
} from '../sync-run.ts'
import { json, lines } from './content.ts'

const run: SyncRun = {
  id: 7,
  source: 'harvest',
  client: 'contractor-sync',
  account: '1234567',
  from: '2017-03-11',
  to: '2018-05-10',
  mode: 'incremental',
  verify: false,
  status: 'succeeded',
  lease_expires_at: '2017-05-10T18:01:00.000Z',
  bookmark: '{"updated_since":"2017-05-10T17:59:00Z"}',
  stats: { read: 120, created: 2, updated: 1, unchanged: 116, rejected: 1, withheld: 0, proof: 'equal' },
  rejections: 1,
  started_at: '2017-05-10T18:00:00.000Z',
  ended_at: '2017-05-10T18:00:20.000Z',
}
const dayDigest: DayDigest = {
  user_id: '007',
  day: '2017-05-10',
  count: 2,
  seconds: 27_000,
  digest: '8f14e45fceea167a5a36dedd4bea2543',
}
const entryDigest: EntryDigest = {
  external_id: '636709355',
  digest: '8f14e45fceea167a5a36dedd4bea2543',
}
const rejected: RejectionBody = {
  external_id: '636709356',
  problem: { type: '/problems/unknown-person', detail: 'no user_id is known for person 1782960' },
  sent: { id: 636709356, hours: 2.5, user: { id: 1782960 } },
}
const rejection: Rejection = {
  id: 1,
  origin: 'sync',
  ...rejected,
  rejected_at: '2017-05-10T18:00:10.000Z',
}

/** The operations of `/sync-runs`. */
export const syncRunOperations = {
  startSyncRun: {
    description:
      'Takes the lease of a source, so that one run of it at a time can write. The lease ends unless `PATCH` or an upload with the header `Sync-Run` renews it; another run can start then, and what this run sends is rejected as `sync-run-over`.',
    body: {
      required: true,
      content: json(syncRunBodySchema, {
        run: {
          source: run.source,
          account: run.account,
          from: run.from,
          to: run.to,
          mode: run.mode,
        },
      }),
    },
    responses: {
      201: {
        description: 'The run has started',
        headers: ['Location'],
        content: json(startedSyncRunSchema, {
          started: { id: run.id, bookmark: null, lease_expires_at: run.lease_expires_at },
        }),
      },
    },
    problems: ['source-not-yours', 'sync-run-active', 'other-account', 'invalid-body'],
  },
  patchSyncRun: {
    description:
      'Renews the lease, and reports on the run. `succeeded` or `failed` ends it. Sending the same end again changes nothing.',
    body: {
      required: true,
      content: json(syncRunPatchSchema, {
        renewal: {},
        end: { status: 'succeeded', bookmark: run.bookmark, stats: run.stats },
      }),
    },
    responses: { 200: { description: 'The run', content: json(syncRunSchema, { run }) } },
    problems: ['source-not-yours', 'sync-run-over', 'invalid-body'],
  },
  listSyncRuns: {
    description:
      'Newest first. Without `read:reports`, the runs of the sources that the client owns. The header `Link` has the URL of the next page; a page of long reports has fewer runs than `limit`.',
    query: syncRunsQuerySchema,
    responses: {
      200: {
        description: 'A page of the list',
        headers: ['Link'],
        content: json(z.array(syncRunSchema), { page: [run] }),
      },
    },
    problems: ['source-not-yours'],
  },
  getSyncRun: {
    responses: { 200: { description: 'The run', content: json(syncRunSchema, { run }) } },
    problems: ['source-not-yours'],
  },
  listDigests: {
    description:
      'One line per person and day that has entries of the source, sorted by day, and by the bytes of `user_id`, which is in Unicode NFC. It counts the latest source version of each entry with an `external_id`, also where people see an approved version instead; tombstones do not count.',
    query: digestsQuerySchema,
    responses: {
      200: { description: 'The digests', content: lines(dayDigestSchema, [dayDigest]) },
    },
    problems: ['source-not-yours'],
  },
  listDigestEntries: {
    description: 'The entries that one line of the digests sums up.',
    query: digestEntriesQuerySchema,
    responses: {
      200: { description: 'The entries', content: lines(entryDigestSchema, [entryDigest]) },
    },
    problems: ['source-not-yours'],
  },
  reportRejections: {
    description: `Keeps what was rejected before the upload, one per line of at most ${maxRejectionBytes} bytes, and at most ${maxRejections} of a run. Sending a line again stores nothing. An invalid line rejects the rest of the request.`,
    body: { required: true, content: lines(rejectionBodySchema, [rejected]) },
    responses: {
      200: {
        description: 'The rejections are kept',
        content: json(rejectionsResponseSchema, { kept: { received: 1, kept: 1 } }),
      },
    },
    problems: ['source-not-yours', 'sync-run-over', 'invalid-body'],
  },
  listRejections: {
    description:
      'What was rejected in a run before the upload, and by the API: with the problem, and with what was sent. Oldest first. The header `Link` has the URL of the next page.',
    query: rejectionsQuerySchema,
    responses: {
      200: {
        description: 'A page of the list',
        headers: ['Link'],
        content: json(z.array(rejectionSchema), { page: [rejection] }),
      },
    },
    problems: ['source-not-yours'],
  },
} as const satisfies Record<string, OperationContract>
