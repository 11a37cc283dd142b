import type { z } from 'zod'
import type { ProblemSlug } from './problem.ts'

/** A body in one media type, with examples by name. */
export interface Content {
  readonly schema: z.ZodType
  readonly examples: Readonly<Record<string, unknown>>
}

/** By media type. */
export type Contents = Readonly<Record<string, Content>>

/** A header that a caller may send. */
export type RequestHeader = 'If-Match'

/** A header of an answer that says more than HTTP itself does. */
export type ResponseHeader = 'Content-Disposition' | 'ETag' | 'Link' | 'Location'

/** An answer that is no problem. */
export interface SuccessResponse {
  readonly description: string
  /** None: it has no body. */
  readonly content?: Contents
  readonly headers?: readonly ResponseHeader[]
}

/** What an operation takes and answers; who may call it stands in the table of routes. */
export interface OperationContract {
  readonly description?: string
  readonly query?: z.ZodObject
  /** Path parameters that are not the usual `id` and `user_id`. */
  readonly parameters?: Readonly<Record<string, z.ZodType>>
  readonly headers?: readonly RequestHeader[]
  readonly body?: { readonly required: boolean; readonly content: Contents }
  /** By status. */
  readonly responses: Readonly<Record<number, SuccessResponse>>
  /** Beside those that every operation of its kind has. */
  readonly problems?: readonly ProblemSlug[]
}
