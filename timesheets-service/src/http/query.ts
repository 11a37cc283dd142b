import { ProblemError } from '@timesheets/contracts/problem'
import type { Request } from 'express'
import type { z } from 'zod'

/** Parameter names come from strangers; a response must not grow with them. */
const maxNameLength = 100

/**
 * Parses the query of a request. Each parameter may be given once; unknown parameters are errors.
 * @throws {ProblemError} `invalid-parameter`
 */
export function parseQuery<S extends z.ZodObject>(request: Request, schema: S): z.infer<S> {
  const result = schema.safeParse(readParameters(request, Object.keys(schema.shape)))
  if (result.success) return result.data
  const { path, message } = result.error.issues[0]!
  throw invalidParameter(String(path[0]), message)
}

function readParameters(request: Request, known: readonly string[]): Record<string, string> {
  const [, search = ''] = request.originalUrl.split(/\?(.*)/s)
  const values = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(search)) {
    if (!known.includes(name)) {
      const hint = known.length === 0 ? 'this operation has no parameters' : `known: ${known.join(', ')}`
      throw invalidParameter(name.slice(0, maxNameLength), `is unknown; ${hint}`)
    }
    if (values.has(name)) throw invalidParameter(name, 'is given twice')
    values.set(name, value)
  }
  return Object.fromEntries(values)
}

/** @param message continues the sentence "The parameter "from" …" */
export function invalidParameter(name: string, message: string): ProblemError {
  return new ProblemError('invalid-parameter', `The parameter ${JSON.stringify(name)} ${message}`, {
    members: { parameter: name },
  })
}
