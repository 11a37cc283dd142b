import { problemSchema } from '@timesheets/contracts/problem-schema'
import { ConfigurationError, InvalidResponseError, SyncRunConflictError } from '../errors.ts'
import type { HttpResponse } from '../http/http-client.ts'

/** The one scope that a sync needs. */
export const requiredScope = 'batch:upload'

const refusalSchema = problemSchema.pick({ type: true, detail: true, instance: true })

/** Turns the response to a request for one run into an error: its number may be wrong. */
export function toRunRefusal(response: Pick<HttpResponse, 'status' | 'body'>): Error {
  const problem = refusalSchema.safeParse(response.body).data
  return response.status === 404 && problem?.type.split('/').at(-1) === 'not-found'
    ? new ConfigurationError(`${problem.detail}; correct its number`)
    : toRefusal(response)
}

/** Turns a response of the API other than a success into an error that says what to do. */
export function toRefusal({ status, body }: Pick<HttpResponse, 'status' | 'body'>): Error {
  const problem = refusalSchema.safeParse(body).data
  const slug = problem?.type.split('/').at(-1)
  const reason = problem === undefined ? `${status}` : `${status}: ${problem.detail}`
  const id = problem?.instance === undefined ? '' : ` (request ${problem.instance})`
  if (slug === 'sync-run-active' || slug === 'sync-run-over')
    return new SyncRunConflictError(`${problem!.detail}${id}`)
  if (slug === 'other-account') {
    return new ConfigurationError(
      `The tracker's account is not the one that was synced before (${reason}): correct the tracker's settings, or use another source${id}`,
    )
  }
  if (slug === 'source-not-yours') {
    return new ConfigurationError(`The API denies access to this source (${reason})${id}`)
  }
  if (status === 401) {
    return new ConfigurationError(
      `The API rejects a fresh token (${reason}): AUTH0_AUDIENCE and the issuer must be those of the gateway${id}`,
    )
  }
  if (status === 403) {
    return new ConfigurationError(
      `The API denies access to this client (${reason}): grant it the scope ${requiredScope}${id}`,
    )
  }
  if (status === 404 || status === 405) {
    return new ConfigurationError(`No Timesheets API responds at API_URL (${reason}): correct API_URL${id}`)
  }
  return new InvalidResponseError(`The API rejected the request (${reason})${id}`)
}
