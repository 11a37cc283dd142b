import { hoursGroupSchema, reportQuerySchema } from '../list-query.ts'
import type { OperationContract } from '../operation-contract.ts'
import { table } from './content.ts'

const group = { user_id: '007', week: '2017-05-08', hours: 38.5, entries: 9, approved_hours: 30 }

/** The operations of `/reports`. */
export const reportOperations = {
  reportHours: {
    query: reportQuerySchema,
    responses: {
      200: {
        description: 'The groups, sorted by their keys',
        headers: ['Content-Disposition'],
        content: table(
          hoursGroupSchema,
          group,
          'user_id,week,hours,entries,approved_hours\r\n"007",2017-05-08,38.5,9,30\r\n',
        ),
      },
    },
  },
} as const satisfies Record<string, OperationContract>
