import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { ProblemError } from '@timesheets/contracts/problem'
import type { Identity } from '@timesheets/runtime/identity'

/** A request that the gateway has vouched for. */
export interface Call {
  readonly request: IncomingMessage
  readonly identity: Identity
  readonly parameters: Readonly<Record<string, string>>
  readonly query: URLSearchParams
}

export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers?: OutgoingHttpHeaders
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
      throw invalidParameter(name.slice(0, 100), `is not known here; known: ${known.join(', ')}`)
    if (values[match] !== undefined) throw invalidParameter(match, 'is given twice')
    values[match] = value
  }
  return values
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
