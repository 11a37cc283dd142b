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
      /** Whether a response that has begun ends with the line `{"problem": …}` if it cannot be completed. */
      endsWithProblemLine?: boolean
      /** The problem that was sent instead of a response; set by `problemHandler`. */
      problem?: ProblemSlug
    }
  }
}
