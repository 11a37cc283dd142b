import { approvalsResponseSchema, approveManySchema, approveOneSchema, reopenSchema } from '../approval.ts'
import { approvalsQuerySchema } from '../list-query.ts'
import type { OperationContract } from '../operation-contract.ts'
import { storedEntrySchema } from '../stored-entry.ts'
import { json, list } from './content.ts'
import { correctedEntry, csv, problemExample, storedEntry } from './example.ts'

const respondEntry = (description: string, entry: object) => ({
  200: { description, headers: ['ETag'] as const, content: json(storedEntrySchema, { entry }) },
})
const approvedEntry = { ...storedEntry, approved: true, version: 2 }

/** The operations of `/approvals`. */
export const approvalOperations = {
  listApprovals: {
    description:
      'Unapproved entries, and approved ones with a pending correction, newest day first. Pages and formats are those of `GET /timesheets`.',
    query: approvalsQuerySchema,
    responses: {
      200: {
        description: 'A page of the list, or the complete list as CSV or NDJSON',
        headers: ['Link', 'Content-Disposition'],
        content: list(storedEntrySchema, storedEntry, csv),
      },
    },
  },
  approveTimesheets: {
    description: 'Decides on each entry by itself, so a rejected entry does not affect the others.',
    body: {
      required: true,
      content: json(approveManySchema, {
        week: { user_id: '007', from: '2017-05-08', to: '2017-05-14' },
        ids: { ids: [14, 15] },
      }),
    },
    responses: {
      200: {
        description: 'One result per entry',
        content: json(approvalsResponseSchema, {
          'one approved, one rejected': {
            errors: true,
            summary: { received: 2, approved: 1, deleted: 0, unchanged: 0, changed: 0, rejected: 1 },
            items: [
              { id: 14, status: 'approved', code: 200, entry: approvedEntry },
              {
                id: 15,
                status: 'rejected',
                code: 403,
                problem: problemExample(
                  'self-approval',
                  'Timesheet 15 is your own; another approver decides on it',
                ),
              },
            ],
          },
        }),
      },
    },
    problems: ['invalid-body'],
  },
  approveTimesheet: {
    description: 'The body is empty, or an empty object. A repeat changes nothing.',
    headers: ['If-Match'],
    body: { required: false, content: json(approveOneSchema, { empty: {} }) },
    responses: respondEntry('The approved entry', approvedEntry),
    problems: ['self-approval', 'stale-version', 'invalid-body'],
  },
  reopenTimesheet: {
    description:
      'The latest source version becomes the accepted version. With a `reason`, the entry is sent back, and shows the reason until it is changed or approved.',
    headers: ['If-Match'],
    body: { required: false, content: json(reopenSchema, { 'sent back': { reason: 'Which shelves?' } }) },
    responses: respondEntry('The reopened entry', {
      ...storedEntry,
      returned_reason: 'Which shelves?',
      version: 3,
    }),
    problems: ['self-approval', 'stale-version', 'invalid-body'],
  },
  discardCorrection: {
    description: 'The accepted version stays. The same source version is not held again.',
    headers: ['If-Match'],
    responses: respondEntry('The entry without the correction', {
      ...correctedEntry,
      correction: undefined,
      version: 4,
    }),
    problems: ['self-approval', 'stale-version'],
  },
} as const satisfies Record<string, OperationContract>
