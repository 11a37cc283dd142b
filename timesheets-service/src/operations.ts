import type { OperationId } from '@timesheets/contracts/route'
import type { ServiceConfig } from './config.ts'
import { approveTimesheet, approveTimesheets, discardCorrection, reopenTimesheet } from './http/approvals.ts'
import type { CallerOf, Operation } from './http/call.ts'
import { deletePerson } from './http/delete-person.ts'
import { EntryList } from './http/entry-list.ts'
import { listApprovals } from './http/list-approvals.ts'
import { ListCursors } from './http/list-cursor.ts'
import { listPeople } from './http/list-people.ts'
import { listTimesheets } from './http/list-timesheets.ts'
import { changeTimesheet, createTimesheet, deleteTimesheet } from './http/own-timesheets.ts'
import { putPerson } from './http/put-person.ts'
import { getTimesheet, getTimesheetHistory } from './http/read-timesheet.ts'
import { reportHours } from './http/report-hours.ts'
import { uploadTimesheets } from './http/upload-timesheets.ts'
import { EntryLedger } from './postgres/entry-ledger.ts'
import { PostgresEntryStore } from './postgres/entry-store.ts'
import type { PrismaClient } from './postgres/generated/client.ts'
import { PostgresPeopleStore } from './postgres/people-store.ts'
import { callerOf } from './postgres/person-lookup.ts'

/** What answers each operation of the table of routes. */
export type Operations = Partial<Record<OperationId, Operation>>

export function createOperations(database: PrismaClient, config: ServiceConfig): Operations {
  const store = new PostgresEntryStore(database)
  const people = new PostgresPeopleStore(database)
  const ledger = new EntryLedger(database)
  const caller: CallerOf = ({ identity }) => callerOf(database, identity.person)
  const cursors = new ListCursors(
    [config.identitySecret, config.identitySecretPrevious].filter((secret) => secret !== undefined),
  )
  return {
    uploadTimesheets: uploadTimesheets(store, config.publicUrl, config.sourceOwners),
    createTimesheet: createTimesheet(ledger, caller, config.publicUrl),
    changeTimesheet: changeTimesheet(ledger, caller),
    deleteTimesheet: deleteTimesheet(ledger, caller),
    getTimesheet: getTimesheet(database, caller),
    getTimesheetHistory: getTimesheetHistory(database, caller),
    approveTimesheet: approveTimesheet(ledger, caller),
    approveTimesheets: approveTimesheets(ledger, caller),
    reopenTimesheet: reopenTimesheet(ledger, caller),
    discardCorrection: discardCorrection(ledger, caller),
    listTimesheets: listTimesheets(
      new EntryList(database, cursors, `${config.publicUrl}/timesheets`),
      caller,
    ),
    listApprovals: listApprovals(new EntryList(database, cursors, `${config.publicUrl}/approvals`)),
    reportHours: reportHours(database),
    listPeople: listPeople(people, cursors, config.publicUrl),
    putPerson: putPerson(people, config.publicUrl),
    deletePerson: deletePerson(people),
  }
}
