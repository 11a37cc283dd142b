import { z } from 'zod'
import { ownEntrySchema, uploadItemSchema } from '../entry.ts'
import { versionSchema } from '../history.ts'
import { listQuerySchema } from '../list-query.ts'
import type { OperationContract } from '../operation-contract.ts'
import { formatMessage } from '../status.ts'
import { storedEntrySchema } from '../stored-entry.ts'
import { batchResponseSchema, maxArrayItems, singleResponseSchema, uploadQuerySchema } from '../upload.ts'
import { json, list } from './content.ts'
import { correctedEntry, csv, ownEntry, ownStoredEntry, storedEntry } from './example.ts'

const scenario = { user_id: '007', date: '2017-05-10T17:40:20.095Z', project: 'StoreZero', hours: 5 }
const fromTracker = { ...scenario, source: 'harvest', external_id: '636709355' }
const tombstone = { user_id: '007', source: 'harvest', external_id: '636709355', deleted: true }
const single = (status: 'created' | 'updated' | 'held', entry: object = storedEntry) => ({
  ...entry,
  status,
  message: formatMessage(status, 14, '007'),
})

/** What is taken of entries, and answered. */
export const timesheetOperations = {
  uploadTimesheets: {
    description: `One entry, or an array of at most ${maxArrayItems}. \`(source, external_id)\` is the identity of an entry: a repeat of it changes nothing, other content under it updates it. An item of an array needs an \`external_id\`; a bad one is \`rejected\` with its problem and harms no other.`,
    query: uploadQuerySchema,
    body: {
      required: true,
      content: json(z.union([uploadItemSchema, z.array(uploadItemSchema).max(maxArrayItems)]), {
        entry: scenario,
        'entry with an identity': fromTracker,
        tombstone,
        array: [fromTracker, { ...fromTracker, external_id: '636709356', hours: 2.5 }],
      }),
    },
    responses: {
      200: {
        description:
          'The entry was updated, deleted or is unchanged; or what became of each item of an array',
        headers: ['Location', 'ETag'],
        content: json(z.union([singleResponseSchema, batchResponseSchema]), {
          updated: single('updated'),
          array: {
            errors: true,
            summary: { received: 2, created: 1, updated: 0, unchanged: 0, deleted: 0, held: 0, rejected: 1 },
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
                problem: {
                  type: '/problems/invalid-entry',
                  title: 'The entry is not acceptable',
                  status: 422,
                  detail: 'hours must be at most 24',
                  errors: [{ pointer: '#/hours', message: 'must be at most 24' }],
                },
              },
            ],
          },
        }),
      },
      201: {
        description: 'The entry was created',
        headers: ['Location', 'ETag'],
        content: json(singleResponseSchema, { created: single('created') }),
      },
      202: {
        description: 'The entry is approved: what came is held as its correction',
        headers: ['Location', 'ETag'],
        content: json(singleResponseSchema, { held: single('held', correctedEntry) }),
      },
    },
    problems: ['source-not-yours', 'invalid-entry'],
  },
  createTimesheet: {
    description: 'Whose hours they are, the token says.',
    body: { required: true, content: json(ownEntrySchema, { entry: ownEntry }) },
    responses: {
      201: {
        description: 'The entry',
        headers: ['Location', 'ETag'],
        content: json(storedEntrySchema, { entry: ownStoredEntry }),
      },
    },
    problems: ['invalid-entry'],
  },
  listTimesheets: {
    description:
      "Newest day first. Own entries; with `read:reports` anybody's, by `user_id`. Pages follow each other by `Link`, and no entry is on two; `Accept: text/csv` or `application/x-ndjson` streams the whole list.",
    query: listQuerySchema,
    responses: {
      200: {
        description: 'A page of entries, or all of them',
        headers: ['Link', 'Content-Disposition'],
        content: list(storedEntrySchema, storedEntry, csv),
      },
    },
  },
  getTimesheet: {
    responses: {
      200: {
        description: 'The entry',
        headers: ['ETag'],
        content: json(storedEntrySchema, { entry: storedEntry, 'with a pending correction': correctedEntry }),
      },
    },
  },
  changeTimesheet: {
    description: 'Own, unapproved, and not from a source.',
    headers: ['If-Match'],
    body: { required: true, content: json(ownEntrySchema, { entry: ownEntry }) },
    responses: {
      200: {
        description: 'The entry as it is now',
        headers: ['ETag'],
        content: json(storedEntrySchema, { entry: { ...ownStoredEntry, version: 2 } }),
      },
    },
    problems: ['owned-by-source', 'approved', 'stale-version', 'invalid-entry'],
  },
  deleteTimesheet: {
    description: 'Own, unapproved, and not from a source. Its history stays.',
    headers: ['If-Match'],
    responses: { 204: { description: 'It is deleted' } },
    problems: ['owned-by-source', 'approved', 'stale-version'],
  },
  getTimesheetHistory: {
    description: 'Oldest first, also of an entry that is deleted.',
    responses: {
      200: {
        description: 'Every version',
        content: json(z.array(versionSchema), {
          history: [
            {
              version: 1,
              at: '2017-05-10T18:00:00.000Z',
              action: 'created',
              client: 'contractor-sync',
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
