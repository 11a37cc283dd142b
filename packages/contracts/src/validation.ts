import type { z } from 'zod'
import { ProblemError, type ProblemSlug, type ValidationError } from './problem.ts'

/** Report at most this many errors, to bound the size of the response. */
const maxErrors = 20
const maxNameLength = 100

/**
 * Parses a value by its schema.
 * @param slug the problem to throw if the value is invalid
 * @param more errors that the schema cannot find
 * @throws {ProblemError} with all validation errors, as `errors`
 */
export function parseOrThrow<S extends z.ZodType>(
  schema: S,
  value: unknown,
  slug: ProblemSlug,
  more: readonly ValidationError[] = [],
): z.infer<S> {
  const result = schema.safeParse(value, { reportInput: true })
  if (result.success && more.length === 0) return result.data
  const errors = [...more, ...(result.error?.issues.flatMap(toValidationErrors) ?? [])].slice(0, maxErrors)
  const subject = slug === 'invalid-entry' ? 'the entry' : 'the body'
  const detail = errors.map(
    ({ pointer, message }) => `${pointer === '#' ? subject : pointer.slice(2)} ${message}`,
  )
  throw new ProblemError(slug, detail.join('; '), { members: { errors } })
}

/** Converts an issue of zod. Unknown fields, which zod reports together, get one error each. */
function toValidationErrors(issue: z.core.$ZodIssue): ValidationError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, maxErrors).map((key) => ({
      pointer: toPointer([...issue.path, key]),
      message: 'is not a known field',
    }))
  }
  return [
    {
      pointer: toPointer(issue.path),
      message: issue.code === 'invalid_type' ? describeTypeError(issue) : issue.message,
    },
  ]
}

function describeTypeError(issue: z.core.$ZodIssueInvalidType): string {
  if (issue.input === undefined && issue.path.length > 0) return 'is missing'
  const article = /^[aeiou]/.test(issue.expected) ? 'an' : 'a'
  return `must be ${article} ${issue.expected}`
}

/** Builds a JSON Pointer in URI fragment form (RFC 6901, section 6). Names are cut, to bound the size of the response. */
function toPointer(path: readonly PropertyKey[]): string {
  return [
    '#',
    ...path.map((key) =>
      encodeURIComponent(cutName(String(key)).replaceAll('~', '~0').replaceAll('/', '~1')),
    ),
  ].join('/')
}

function cutName(name: string): string {
  return name.slice(0, maxNameLength).toWellFormed()
}
