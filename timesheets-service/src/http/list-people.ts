import { type PeopleQuery, peopleQuerySchema } from '@timesheets/contracts/person'
import type { PeoplePage, PeopleStore } from '../domain/people-store.ts'
import { type Answer, invalidParameter, type Operation, readQueryBy } from './call.ts'

const defaultLimit = 100

/** `GET /people`: the directory, by `user_id`, a page at a time. */
export function listPeople(store: PeopleStore, publicUrl: string): Operation {
  return async ({ query }): Promise<Answer> => {
    const asked = readQueryBy(query, peopleQuerySchema)
    const page = pageOf(asked)
    // One more than asked for tells whether there is a next page.
    const people = await store.list({ ...page, limit: page.limit + 1 })
    const body = people.slice(0, page.limit)
    if (people.length <= page.limit) return { status: 200, body }
    const next = new URLSearchParams({ ...asked, cursor: cursorAfter(body.at(-1)!.user_id) })
    return { status: 200, body, headers: { link: `<${publicUrl}/people?${next}>; rel="next"` } }
  }
}

function pageOf({ email, tracker_id: trackerId, limit, cursor }: PeopleQuery): PeoplePage {
  const [source = '', id = ''] = trackerId?.split(/:(.*)/s) ?? []
  return {
    email,
    trackerId: trackerId === undefined ? undefined : { source, id },
    after: cursor === undefined ? undefined : readCursor(cursor),
    limit: limit === undefined ? defaultLimit : Number(limit),
  }
}

const cursorAfter = (userId: string) => Buffer.from(JSON.stringify({ after: userId })).toString('base64url')

/** @throws {ProblemError} `invalid-parameter`: no page ended so */
function readCursor(text: string): string {
  try {
    const { after } = JSON.parse(Buffer.from(text, 'base64url').toString())
    if (typeof after === 'string' && cursorAfter(after) === text && !after.includes('\0')) return after
  } catch {
    // As below.
  }
  throw invalidParameter('cursor', 'is not one that this list has given')
}
