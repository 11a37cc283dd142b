import { approvalsQuerySchema } from '@timesheets/contracts/list-query'
import { type Operation, readQueryBy } from './call.ts'
import { type EntryList, filterOf } from './entry-list.ts'

/** `GET /approvals`: what waits for a decision, everybody's by default. */
export function listApprovals(list: EntryList): Operation {
  return async (call) => {
    const asked = readQueryBy(call.query, approvalsQuerySchema)
    const userIds = asked.user_id === undefined || asked.user_id === '*' ? undefined : [asked.user_id]
    return await list.answer(call, asked, { ...filterOf(asked), userIds, waiting: true })
  }
}
