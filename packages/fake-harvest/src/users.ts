import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { apiErrors } from './api-error.ts'
import { parsePaging } from './paging.ts'
import { parameter, parseParameters, parseQuery } from './query.ts'
import { sendBody } from './response.ts'
import type { AccountState } from './state.ts'

const filters = z.object({
  is_active: parameter.flag.optional(),
  updated_since: parameter.instant.optional(),
})

/**
 * `GET /v2/users`, `GET /v2/users/me` (the owner of the token) and `GET /v2/users/{id}`.
 * https://help.getharvest.com/api-v2/users-api/users/users/
 * @param publicUrl returns the base of the links
 */
export function users(state: AccountState, publicUrl: () => string): Router {
  const router = Router()

  router.get('/', (request: Request, response: Response) => {
    state.requirePeopleAccess()
    const query = parseQuery(request)
    const { is_active: isActive, updated_since: since } = parseParameters(query, filters)
    const paging = parsePaging(query, `${publicUrl()}/v2/users`)
    const selected = state.visibleUsers.filter(
      (user) => (isActive ?? user.is_active) === user.is_active && user.updated_at >= (since ?? ''),
    )
    sendBody(response, { users: paging.slice(selected), ...paging.describe(selected) })
  })

  router.get('/me', (_request: Request, response: Response) => {
    sendBody(response, state.owner)
  })

  router.get('/:id', (request: Request<{ id: string }>, response: Response) => {
    const user = state.visibleUsers.find(({ id }) => id === Number(request.params.id))
    if (user === undefined) throw apiErrors.notFound()
    sendBody(response, user)
  })

  return router
}
