import { z } from 'zod'
import { ownEntrySchema, uploadItemSchema } from '../entry.ts'
import { versionSchema } from '../history.ts'
import { listQuerySchema } from '../list-query.ts'
import type { OperationContract } from '../operation-contract.ts'
import { formatMessage } from '../status.ts'
import { storedEntrySchema } from '../stored-entry.ts'
import {
  batchResponseSchema,
  maxArrayItems,
  ndjson,
  singleResponseSchema,
  uploadQuerySchema,
} from '../upload.ts'
import { json, list } from './content.ts'
import { correctedEntry, csv, ownEntry, ownStoredEntry, problemExample, storedEntry } from './example.ts'

const scenario = { user_id: '007', date: '2017-05-10T17:40:20.095Z', project: 'StoreZero', hours: 5 }
const fromTracker = { ...scenario, source: 'harvest', external_id: '636709355' }
const tombstone = { user_id: '007', source: 'harvest', external_id: '636709355', deleted: true }
const single = (status: 'created' | 'updated' | 'held', entry: object = storedEntry) => ({
  ...entry,
  status,
  message: formatMessage(status, 14, '007'),
})

const streamSummary = { received: 2, created: 1, updated: 0, unchanged: 0, deleted: 1, held: 0, rejected: 0 }
const streamExample = [{ progress: streamSummary }, { summary: streamSummary }]
  .map((line) => `${JSON.stringify(line)}\n`)
  .join('')

const repeatable =
  'With the header `Idempotency-Key`, a repeat of the same request gets the first response again, with `Idempotent-Replayed: true`, for 24 hours. A key belongs to one client and person. The same key with another body or query gets 422; while the first request is in progress, a repeat gets 409 with `Retry-After`. Only successful responses are kept: after an error nothing is stored, and the key can be used again. A dry run keeps no key.'
const batchKeyDescription =
  'In an array or a stream, the key and the position of an item stand in for a missing `external_id`, for ever: an item is stored once, and other content at its position is `rejected` (`idempotency-key-reused`).'
const keyProblems = [
  'idempotency-key-in-flight',
  'idempotency-key-reused',
  'too-many-idempotency-keys',
] as const

/** The operations of `/timesheets`. */
export const timesheetOperations = {
  uploadTimesheets: {
    description: `Uploads one entry, or an array of at most ${maxArrayItems} entries. \`source\` and \`external_id\` identify an entry: an upload with the same content changes nothing, and one with other content updates the entry. Each item of an array or stream needs an \`external_id\`, or the request an \`Idempotency-Key\`. An invalid item is \`rejected\` with a problem and does not affect the others.

A stream (\`application/x-ndjson\`) has one item per line, and any length. The response flows while the request is still being sent, so a client reads while it writes: \`{"progress": …}\` after each chunk that is stored, a line with \`index\` for each item that is \`rejected\` or \`held\` (with \`results=all\` for every item), and last \`{"summary": …}\`. A response without the summary means that the upload has not finished; the line \`{"problem": …}\` says why, if it could be sent. Sending it again is safe. A dry run judges each chunk by what is stored, so it does not see an identity that an earlier chunk would create.

Of one entry: ${repeatable} ${batchKeyDescription}

The body may be compressed: \`Content-Encoding: gzip\`.`,
    headers: ['Idempotency-Key', 'Sync-Run'],
    query: uploadQuerySchema,
    body: {
      required: true,
      content: {
        ...json(z.union([uploadItemSchema, z.array(uploadItemSchema).max(maxArrayItems)]), {
          entry: scenario,
          'entry with an identity': fromTracker,
          tombstone,
          array: [fromTracker, { ...fromTracker, external_id: '636709356', hours: 2.5 }],
        }),
        [ndjson]: {
          schema: z.string().meta({ description: 'One item per line, as in an array' }),
          examples: { stream: `${JSON.stringify(fromTracker)}\n${JSON.stringify(tombstone)}\n` },
        },
      },
    },
    responses: {
      200: {
        description:
          'The entry was updated or deleted, or is unchanged. For an array or a stream: the results of its items',
        headers: ['Location', 'ETag', 'Idempotent-Replayed'],
        content: {
          ...json(z.union([singleResponseSchema, batchResponseSchema]), {
            updated: single('updated'),
            array: {
              errors: true,
              summary: {
                received: 2,
                created: 1,
                updated: 0,
                unchanged: 0,
                deleted: 0,
                held: 0,
                rejected: 1,
              },
              items: [
                {
                  index: 0,
                  status: 'created',
                  code: 201,
                  id: 14,
                  user_id: '007',
                  message: formatMessage('created', 14, '007'),
                },
                {
                  index: 1,
                  status: 'rejected',
                  code: 422,
                  problem: problemExample('invalid-entry', 'hours must be at most 24', [
                    { pointer: '#/hours', message: 'must be at most 24' },
                  ]),
                },
              ],
            },
          }),
          [ndjson]: {
            schema: z
              .string()
              .meta({ description: 'Lines of progress and results, and a summary as the last' }),
            examples: { stream: streamExample },
          },
        },
      },
      201: {
        description: 'The entry was created',
        headers: ['Location', 'ETag', 'Idempotent-Replayed'],
        content: json(singleResponseSchema, { created: single('created') }),
      },
      202: {
        description: 'The entry is approved: the upload is held as its pending correction',
        headers: ['Location', 'ETag', 'Idempotent-Replayed'],
        content: json(singleResponseSchema, { held: single('held', correctedEntry) }),
      },
    },
    problems: [
      'source-not-yours',
      'not-found',
      'sync-run-over',
      'sync-run-verifies',
      'invalid-entry',
      ...keyProblems,
    ],
  },
  createTimesheet: {
    description: `Creates an entry for the person in the token.\n\n${repeatable}`,
    headers: ['Idempotency-Key'],
    body: { required: true, content: json(ownEntrySchema, { entry: ownEntry }) },
    responses: {
      201: {
        description: 'The created entry',
        headers: ['Location', 'ETag', 'Idempotent-Replayed'],
        content: json(storedEntrySchema, { entry: ownStoredEntry }),
      },
    },
    problems: ['invalid-entry', ...keyProblems],
  },
  listTimesheets: {
    description:
      'Own entries, or with `read:reports` those of any person by `user_id`, newest day first. The header `Link` has the URL of the next page. An entry that does not change while the list is read is on exactly one page; an entry that moves to another day meanwhile may appear twice or not at all. If it appears twice, the one with the higher `version` is current. `Accept: text/csv` or `application/x-ndjson` streams the complete list.',
    query: listQuerySchema,
    responses: {
      200: {
        description: 'A page of the list, or the complete list as CSV or NDJSON',
        headers: ['Link', 'Content-Disposition'],
        content: list(storedEntrySchema, storedEntry, csv),
      },
    },
  },
  getTimesheet: {
    headers: ['If-Match', 'If-None-Match'],
    responses: {
      200: {
        description: 'The entry',
        headers: ['ETag'],
        content: json(storedEntrySchema, { entry: storedEntry, 'with a pending correction': correctedEntry }),
      },
      304: { description: 'The copy of the client is current', headers: ['ETag'] },
    },
    problems: ['stale-version'],
  },
  changeTimesheet: {
    description:
      'Changes an own entry that is not approved. An entry that was uploaded is changed at its source.',
    headers: ['If-Match'],
    body: { required: true, content: json(ownEntrySchema, { entry: ownEntry }) },
    responses: {
      200: {
        description: 'The changed entry',
        headers: ['ETag'],
        content: json(storedEntrySchema, { entry: { ...ownStoredEntry, version: 2 } }),
      },
    },
    problems: ['owned-by-source', 'approved', 'stale-version', 'invalid-entry'],
  },
  deleteTimesheet: {
    description:
      'Deletes an own entry that is not approved; its history stays. An entry that was uploaded is deleted at its source.',
    headers: ['If-Match'],
    responses: { 204: { description: 'The entry was deleted' } },
    problems: ['owned-by-source', 'approved', 'stale-version'],
  },
  getTimesheetHistory: {
    description: 'Oldest version first, also of a deleted entry.',
    responses: {
      200: {
        description: 'All versions that the caller may read',
        content: json(z.array(versionSchema), {
          history: [
            {
              version: 1,
              at: '2017-05-10T18:00:00.000Z',
              action: 'created',
              client: 'contractor-sync',
              sync_run: 7,
              source: 'harvest',
              external_id: '636709355',
              digest: '8f14e45fceea167a5a36dedd4bea2543',
              changes: {},
              entry: storedEntry,
            },
          ],
        }),
      },
    },
  },
} as const satisfies Record<string, OperationContract>
