import type { RefusalReason } from './middleware/token-refusal.ts'
import type { ProxyAttempt } from './proxy/service-proxy.ts'

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
