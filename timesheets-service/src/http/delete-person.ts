import { ProblemError } from '@timesheets/contracts/problem'
import type { PeopleStore } from '../domain/people-store.ts'
import { type Operation, readQuery, refuseIfMatch } from './call.ts'
import { readPersonId } from './person-id.ts'

/** `DELETE /people/{user_id}`: takes a person out of the directory; their entries stay. */
export function deletePerson(store: PeopleStore): Operation {
  return async (call) => {
    const { parameters, query } = call
    readQuery(query, [])
    refuseIfMatch(call)
    const userId = readPersonId(parameters)
    if (await store.delete(userId)) return { status: 204 }
    throw new ProblemError('not-found', `The directory has no person ${JSON.stringify(userId)}`)
  }
}
