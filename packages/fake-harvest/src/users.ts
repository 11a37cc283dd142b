import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { answer } from './answer.ts'
import type { User } from './contractors.ts'
import { documentedUser } from './documented.ts'
import { pagingOf } from './paging.ts'
import { parameter, queryOf, readQuery } from './query.ts'
import { refusals } from './refusal.ts'

const filters = z.object({
  is_active: parameter.flag.optional(),
  updated_since: parameter.instant.optional(),
})

/**
 * `GET /v2/users`, `GET /v2/users/me` (whose token it is) and `GET /v2/users/{id}`.
 * https://help.getharvest.com/api-v2/users-api/users/users/
 * @param people most recently created first, as Harvest lists them
 * @param publicUrl what the links are built from
 */
export function users(people: readonly User[], publicUrl: () => string): Router {
  const router = Router()

  router.get('/', (request: Request, response: Response) => {
    const query = queryOf(request)
    const { is_active: isActive, updated_since: since } = readQuery(query, filters)
    const paging = pagingOf(query, `${publicUrl()}/v2/users`)
    const selected = people.filter(
      (user) => (isActive ?? user.is_active) === user.is_active && user.updated_at >= (since ?? ''),
    )
    answer(response, { users: paging.cut(selected), ...paging.around(selected) })
  })

  router.get('/me', (_request: Request, response: Response) => {
    answer(response, documentedUser)
  })

  router.get('/:id', (request: Request<{ id: string }>, response: Response) => {
    const user = people.find(({ id }) => id === Number(request.params.id))
    if (user === undefined) throw refusals.notFound()
    answer(response, user)
  })

  return router
}
