import type { z } from 'zod'
import { ProblemError, type ProblemSlug, type ValidationError } from './problem.ts'

/** So many errors are told of one body: an answer does not grow with what a stranger sends. */
const maxErrors = 20

/**
 * Understands a value by its schema.
 * @param slug the problem that its errors make
 * @param more errors that the schema cannot know
 * @throws {ProblemError} with every fault and its pointer
 */
export function parseOrThrow<S extends z.ZodType>(
  schema: S,
  value: unknown,
  slug: ProblemSlug,
  more: readonly ValidationError[] = [],
): z.infer<S> {
  const result = schema.safeParse(value, { reportInput: true })
  const errors = [...more, ...(result.error?.issues.flatMap(toValidationErrors) ?? [])].slice(0, maxErrors)
  if (result.success && errors.length === 0) return result.data
  const whole = slug === 'invalid-entry' ? 'the entry' : 'the body'
  const detail = errors.map(
    ({ pointer, message }) => `${pointer === '#' ? whole : pointer.slice(2)} ${message}`,
  )
  throw new ProblemError(slug, detail.join('; '), { members: { errors: errors } })
}

/** What is wrong, a pointer each; an unknown member is pointed at by its name. */
function toValidationErrors(issue: z.core.$ZodIssue): ValidationError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, maxErrors).map((key) => ({
      pointer: toPointer([...issue.path, key]),
      message: 'is not a known member',
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

/** Names are cut to 100 characters: an answer does not grow with what a stranger calls a member. */
function toPointer(path: readonly PropertyKey[]): string {
  return [
    '#',
    ...path.map((key) => encodeURIComponent(cut(String(key)).replaceAll('~', '~0').replaceAll('/', '~1'))),
  ].join('/')
}

function cut(name: string): string {
  return name.slice(0, 100).toWellFormed()
}
