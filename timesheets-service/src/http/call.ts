import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { ProblemError } from '@timesheets/contracts/problem'
import type { Identity } from '@timesheets/runtime/identity'
import type { z } from 'zod'
import type { Caller } from '../domain/caller.ts'

/** A request that the gateway has vouched for. */
export interface Call {
  readonly request: IncomingMessage
  readonly identity: Identity
  readonly parameters: Readonly<Record<string, string>>
  readonly query: URLSearchParams
}

/** What a request is answered with: a body or a text or a stream, or none of them with 204. */
export interface Answer {
  readonly status: number
  /** Becomes JSON. */
  readonly body?: unknown
  /** Goes out as it is; its `content-type` is in the headers. */
  readonly text?: string
  /** Goes out as it comes, at the pace of the client. */
  readonly stream?: AsyncIterable<string>
  readonly headers?: OutgoingHttpHeaders
}

/** Who calls, as the directory of people knows them. */
export type CallerOf = (call: Call) => Promise<Caller>

/** A precondition that nothing is held against must not be passed over (RFC 9110, section 13.1.1). */
export function refuseIfMatch({ request }: Call): void {
  if (request.headers['if-match'] !== undefined)
    throw invalidParameter('If-Match', 'is not taken here; one entry at a time has a version to match')
}

/** What answers one operation of the table of routes. */
export type Operation = (call: Call) => Promise<Answer>

/**
 * The query's parameters, each at most once and none but the known.
 * @throws {ProblemError} `invalid-parameter`
 */
export function readQuery<const Name extends string>(
  query: URLSearchParams,
  known: readonly Name[],
): Partial<Record<Name, string>> {
  const values: Partial<Record<Name, string>> = {}
  for (const [name, value] of query) {
    const match = known.find((word) => word === name)
    if (match === undefined)
      throw invalidParameter(
        name.slice(0, 100),
        known.length === 0
          ? 'is not known here; there are none'
          : `is not known here; known: ${known.join(', ')}`,
      )
    if (values[match] !== undefined) throw invalidParameter(match, 'is given twice')
    values[match] = value
  }
  return values
}

/**
 * The query's parameters, by their schema.
 * @throws {ProblemError} `invalid-parameter`
 */
export function readQueryBy<S extends z.ZodObject>(query: URLSearchParams, schema: S): z.infer<S> {
  const result = schema.safeParse(readQuery(query, Object.keys(schema.shape)))
  if (result.success) return result.data
  const { path, message } = result.error.issues[0]!
  throw invalidParameter(String(path[0]), message)
}

/** @throws {ProblemError} `invalid-parameter` */
export function readFlag(name: string, value: string | undefined): boolean {
  if (value === undefined || value === 'false') return false
  if (value === 'true') return true
  throw invalidParameter(name, 'must be true or false')
}

export function invalidParameter(name: string, message: string): ProblemError {
  return new ProblemError('invalid-parameter', `The parameter ${JSON.stringify(name)} ${message}`, {
    members: { parameter: name },
  })
}
