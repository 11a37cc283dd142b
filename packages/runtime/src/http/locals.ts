import type { Identity } from '../identity.ts'

declare global {
  namespace Express {
    /** What middleware stores about a request in `response.locals`. */
    interface Locals {
      /** Set by `assignRequestId` or `acceptRequestId`. */
      requestId: string
      /** Operation of the route table that matched; set by `mountRoutes`. */
      operation?: string
      /** The caller, as the gateway signed it; set by the service's `gatewayIdentity`. */
      identity?: Identity
    }
  }
}
