import type { ProblemSlug } from '@timesheets/contracts/problem'
import type { Identity } from '../identity.ts'

declare global {
  namespace Express {
    /** What middleware stores about a request in `response.locals`. */
    interface Locals {
      /** Set by `assignRequestId` or `acceptRequestId`. */
      requestId: string
      /** Operation of the route table that matched; set by `mountRoutes`. */
      operation?: string
      /** The caller: authenticated by the gateway's `authenticate`, or signed by the gateway and set by the service. */
      identity?: Identity
      /** The problem that was sent instead of a response; set by `problemHandler`. */
      problem?: ProblemSlug
    }
  }
}
