import type { IncomingMessage, ServerResponse } from 'node:http'
import { endAfterRequest, isHeardOut } from '@timesheets/runtime/answer'
import { withVary } from './cors.ts'
import { returnedHeaders } from './forwarded-headers.ts'

/**
 * Passes the service's answer on as it comes. An early one ends only when the client has been heard out, so
 * that it reaches the client.
 * @throws where the answer is none that a service may give; nothing of it has been passed on then
 */
export function relay(answer: IncomingMessage, request: IncomingMessage, response: ServerResponse): void {
  const status = answer.statusCode ?? 0
  if (status === 401) {
    // The service does not believe us: ours to mend, and no fault of the caller's token.
    throw new Error('the service refused the identity: is IDENTITY_SECRET the same on both sides?')
  }
  if (status < 200 || status > 599) throw new Error(`the service answered ${status}, which is no status`)
  // A refusal that comes before the client is through is the last answer of its connection.
  const isLast = status >= 400 && !isHeardOut(request)
  response.writeHead(status, {
    ...withVary(response, returnedHeaders(status, answer.headers)),
    ...(isLast ? { connection: 'close' } : {}),
  })
  response.flushHeaders()
  answer.pipe(response, { end: false })
  answer.once('end', () => endAfterRequest(request, response))
}
