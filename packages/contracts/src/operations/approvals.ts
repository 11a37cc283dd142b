import { approvalsResponseSchema, approveManySchema, approveOneSchema, reopenSchema } from '../approval.ts'
import { approvalsQuerySchema } from '../list-query.ts'
import type { OperationContract } from '../operation-contract.ts'
import { storedEntrySchema } from '../stored-entry.ts'
import { json, list } from './content.ts'
import { correctedEntry, csv, storedEntry } from './example.ts'

const decided = (description: string, entry: object) => ({
  200: { description, headers: ['ETag'] as const, content: json(storedEntrySchema, { entry }) },
})
const approved = { ...storedEntry, approved: true, version: 2 }

/** What is taken of approvals, and answered. */
export const approvalOperations = {
  listApprovals: {
    description:
      'Unapproved entries, and approved ones with a pending correction, newest day first; paged and streamed as `GET /timesheets`.',
    query: approvalsQuerySchema,
    responses: {
      200: {
        description: 'A page of what waits, or all of it',
        headers: ['Link', 'Content-Disposition'],
        content: list(storedEntrySchema, storedEntry, csv),
      },
    },
  },
  approveTimesheets: {
    description: 'Each entry is decided by itself; `errors` tells whether one was rejected.',
    body: {
      required: true,
      content: json(approveManySchema, {
        week: { user_id: '007', from: '2017-05-08', to: '2017-05-14' },
        ids: { ids: [14, 15] },
      }),
    },
    responses: {
      200: {
        description: 'What became of each',
        content: json(approvalsResponseSchema, {
          answer: {
            errors: true,
            summary: { received: 2, approved: 1, deleted: 0, unchanged: 0, rejected: 1 },
            items: [
              { id: 14, status: 'approved', code: 200, entry: approved },
              {
                id: 15,
                status: 'rejected',
                code: 403,
                problem: {
                  type: '/problems/self-approval',
                  title: 'Nobody decides on their own hours',
                  status: 403,
                  detail: 'Timesheet 15 holds your own hours; somebody else decides on them',
                },
              },
            ],
          },
        }),
      },
    },
    problems: ['invalid-body'],
  },
  approveTimesheet: {
    description: 'Takes no body, or an empty object. Again changes nothing.',
    headers: ['If-Match'],
    body: { required: false, content: json(approveOneSchema, { empty: {} }) },
    responses: decided('The entry, approved', approved),
    problems: ['self-approval', 'stale-version', 'invalid-body'],
  },
  reopenTimesheet: {
    description:
      'What its source said last becomes the entry. With a `reason` it is sent back, and the reason stays until it is changed or approved.',
    headers: ['If-Match'],
    body: { required: false, content: json(reopenSchema, { 'sent back': { reason: 'Which shelves?' } }) },
    responses: decided('The entry, open', { ...storedEntry, returned_reason: 'Which shelves?', version: 3 }),
    problems: ['self-approval', 'stale-version', 'invalid-body'],
  },
  discardCorrection: {
    description: 'The approved entry stands; the same word of its source does not come back.',
    headers: ['If-Match'],
    responses: decided('The entry, without its correction', {
      ...correctedEntry,
      correction: undefined,
      version: 4,
    }),
    problems: ['self-approval', 'stale-version'],
  },
} as const satisfies Record<string, OperationContract>
