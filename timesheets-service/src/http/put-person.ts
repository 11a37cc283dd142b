import { personBodySchema } from '@timesheets/contracts/person'
import { parseOrThrow } from '@timesheets/contracts/validation'
import type { PeopleStore } from '../domain/people-store.ts'
import type { Operation } from './call.ts'
import { readQuery, refuseIfMatch } from './call.ts'
import { readJsonBody } from './json-body.ts'
import { readPersonId } from './person-id.ts'

/** Every name that the directory takes of one person. */
const maxPersonBytes = 512 * 1024

/** `PUT /people/{user_id}`: enters a person, or changes all their names. */
export function putPerson(store: PeopleStore, publicUrl: string): Operation {
  return async (call) => {
    const { request, parameters, query } = call
    readQuery(query, [])
    refuseIfMatch(call)
    const userId = readPersonId(parameters)
    const body = parseOrThrow(
      personBodySchema,
      await readJsonBody(request, { maxBytes: maxPersonBytes }),
      'invalid-body',
    )
    const { person, isNew } = await store.put(userId, body)
    const location = `${publicUrl}/people/${encodeURIComponent(userId)}`
    return { status: isNew ? 201 : 200, body: person, ...(isNew ? { headers: { location } } : {}) }
  }
}
