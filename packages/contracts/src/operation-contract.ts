import type { z } from 'zod'
import type { ProblemSlug } from './problem.ts'

/** A body in one media type, with examples by name. */
export interface BodyContent {
  readonly schema: z.ZodType
  readonly examples: Readonly<Record<string, unknown>>
}

/** Bodies by media type. */
export type BodyContents = Readonly<Record<string, BodyContent>>

/** A request header that an operation supports beside those of HTTP itself. */
export type RequestHeader = 'Idempotency-Key' | 'If-Match' | 'If-None-Match' | 'Sync-Run'

/** A response header that the contract of an operation names. */
export type ResponseHeader = 'Content-Disposition' | 'ETag' | 'Idempotent-Replayed' | 'Link' | 'Location'

/** A response that is not a problem. */
export interface SuccessResponse {
  readonly description: string
  /** Absent if the response has no body. */
  readonly content?: BodyContents
  readonly headers?: readonly ResponseHeader[]
}

/** The requests and responses of an operation. The route table has its method, path and scopes. */
export interface OperationContract {
  readonly description?: string
  readonly query?: z.ZodObject
  /** Schemas of path parameters other than `id` and `user_id`. */
  readonly parameters?: Readonly<Record<string, z.ZodType>>
  readonly headers?: readonly RequestHeader[]
  readonly body?: { readonly required: boolean; readonly content: BodyContents }
  /** Successful responses by status. */
  readonly responses: Readonly<Record<number, SuccessResponse>>
  /** Problems beside those that `listProblems` adds to every operation. */
  readonly problems?: readonly ProblemSlug[]
}
