import { type PeopleQuery, peopleQuerySchema } from '@timesheets/contracts/person'
import type { PeopleFilter, PeopleStore } from '../domain/people-store.ts'
import { type Answer, type Operation, readQueryBy } from './call.ts'
import type { ListCursors } from './list-cursor.ts'

const defaultLimit = 100

/** `GET /people`: the directory, by `user_id`, a page at a time. */
export function listPeople(store: PeopleStore, cursors: ListCursors, publicUrl: string): Operation {
  return async ({ query }): Promise<Answer> => {
    const { cursor, ...asked } = readQueryBy(query, peopleQuerySchema)
    const list = JSON.stringify(['people', asked.email, asked.tracker_id])
    const after = cursor === undefined ? undefined : cursors.open(list, cursor)
    const limit = asked.limit === undefined ? defaultLimit : Number(asked.limit)
    // One more than asked for tells whether there is a next page.
    const people = await store.list({ ...filterOf(asked), after, limit: limit + 1 })
    const body = people.slice(0, limit)
    if (people.length <= limit) return { status: 200, body }
    const next = new URLSearchParams({ ...asked, cursor: cursors.seal(list, body.at(-1)!.user_id) })
    return { status: 200, body, headers: { link: `<${publicUrl}/people?${next}>; rel="next"` } }
  }
}

function filterOf({ email, tracker_id: trackerId }: PeopleQuery): PeopleFilter {
  const [source = '', id = ''] = trackerId?.split(/:(.*)/s) ?? []
  return { email, trackerId: trackerId === undefined ? undefined : { source, id } }
}
