import { ProblemError } from '@timesheets/contracts/problem'
import type { Request } from 'express'

/**
 * The media type of a body, one of those that the operation accepts, in UTF-8.
 * @throws {ProblemError} `unsupported-media-type`
 */
export function bodyMediaType<T extends string>({ headers }: Request, accepted: readonly T[]): T {
  const [name = '', ...parameters] = (headers['content-type'] ?? '')
    .split(';')
    .map((part) => part.trim().toLowerCase())
  const charsets = parameters.flatMap((parameter) => {
    const [key = '', value = ''] = parameter.split('=').map((part) => part.trim())
    return key === 'charset' ? [value] : []
  })
  const isUtf8 = charsets.length <= 1 && charsets.every((charset) => ['utf-8', '"utf-8"'].includes(charset))
  const type = accepted.find((candidate) => candidate === name)
  if (type !== undefined && isUtf8) return type
  throw new ProblemError('unsupported-media-type', `The body must be ${accepted.join(' or ')} in UTF-8`, {
    members: { accepted },
    headers: { accept: accepted.join(', ') },
  })
}
