import { userId as userIdSchema } from '@timesheets/contracts/fields'
import { type PeopleQuery, parsePersonBody, peopleQuerySchema } from '@timesheets/contracts/person'
import { ProblemError } from '@timesheets/contracts/problem'
import { sendJson } from '@timesheets/runtime/http/send-json'
import type { Request, Router } from 'express'
import { DomainError } from '../../domain/domain-error.ts'
import type { PeopleFilter } from '../../domain/people-store.ts'
import { jsonBody } from '../json-body.ts'
import { createResourceRouter } from '../operation-contract.ts'
import { parseQuery } from '../query.ts'
import { pageBytes, reserveResponse } from '../response-budget.ts'
import type { ServiceParts } from '../service-parts.ts'

const defaultLimit = 100

/** All names that the directory accepts for one person. */
const maxPersonBytes = 512 * 1024

/** `/people`: the directory of people, with all names of each. */
export function peopleRouter({ people, cursors, responses, publicUrl, body }: ServiceParts): Router {
  return createResourceRouter({
    listPeople: [
      reserveResponse(responses, pageBytes),
      async (request, response) => {
        const { cursor, ...parameters } = parseQuery(request, peopleQuerySchema)
        const list = JSON.stringify(['people', parameters.email, parameters.tracker_id])
        const after = cursor === undefined ? undefined : cursors.open(list, cursor)
        const limit = parameters.limit === undefined ? defaultLimit : Number(parameters.limit)
        // One person more than the page shows whether there is a next page.
        const found = await people.list({ ...toFilter(parameters), after, limit: limit + 1 })
        const page = found.slice(0, limit)
        if (found.length > limit) {
          const next = cursors.seal(list, page.at(-1)!.user_id)
          const search = new URLSearchParams({ ...parameters, cursor: next })
          response.setHeader('link', `<${publicUrl}/people?${search}>; rel="next"`)
        }
        sendJson(response, page)
      },
    ],

    putPerson: [
      jsonBody({ ...body, maxBytes: maxPersonBytes }),
      async (request, response) => {
        const userId = parsePersonId(request)
        const names = parsePersonBody(request.body)
        const { person, isNew } = await people.put(userId, names)
        if (isNew)
          response.status(201).setHeader('location', `${publicUrl}/people/${encodeURIComponent(userId)}`)
        sendJson(response, person)
      },
    ],

    async deletePerson(request, response) {
      const userId = parsePersonId(request)
      if (!(await people.delete(userId))) {
        throw new DomainError('no-such-person', `The directory has no person ${JSON.stringify(userId)}`)
      }
      response.status(204).end()
    },
  })
}

/**
 * The `user_id` in a path, by the rules of an entry's.
 * @throws {ProblemError} `invalid-body`
 */
function parsePersonId(request: Request): string {
  const result = userIdSchema.safeParse(request.params.user_id)
  if (result.success) return result.data
  const message = result.error.issues[0]!.message
  throw new ProblemError('invalid-body', `The user_id in the path ${message}`, {
    members: { parameter: 'user_id' },
  })
}

function toFilter({ email, tracker_id: trackerId }: PeopleQuery): PeopleFilter {
  const [source = '', id = ''] = trackerId?.split(/:(.*)/s) ?? []
  return { email, trackerId: trackerId === undefined ? undefined : { source, id } }
}
