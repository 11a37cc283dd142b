import type { ClientRequest } from 'node:http'
import type { RefusalReason } from './middleware/token-refusal.ts'

/** One try to proxy a request. */
interface ProxyAttempt {
  proxyRequest: ClientRequest | undefined
  readonly startedAt: number
  readonly fail: (error: unknown) => void
}

declare global {
  namespace Express {
    interface Locals {
      /** The access token of the request; set by `bearerToken`. */
      token?: string
      /** Why its token was refused, for the access log. */
      refusal?: RefusalReason
      /** The current try to proxy the request. */
      attempt?: ProxyAttempt
      /** Bytes of the response's body, as far as the service sent it. */
      serviceBytes?: number
      /** Time until the service's response began, in milliseconds. */
      serviceMs?: number
    }
  }
}
