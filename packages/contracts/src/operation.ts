import type { OperationContract } from './operation-contract.ts'
import { approvalOperations } from './operations/approvals.ts'
import { documentationOperations } from './operations/documentation.ts'
import { peopleOperations } from './operations/people.ts'
import { reportOperations } from './operations/reports.ts'
import { syncRunOperations } from './operations/sync-runs.ts'
import { timesheetOperations } from './operations/timesheets.ts'
import type { OperationId } from './route.ts'

/** The contract of every operation in the route table. */
export const operations = {
  ...timesheetOperations,
  ...approvalOperations,
  ...reportOperations,
  ...peopleOperations,
  ...syncRunOperations,
  ...documentationOperations,
} as const satisfies Record<OperationId, OperationContract>
