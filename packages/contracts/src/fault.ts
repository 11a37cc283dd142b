import type { z } from 'zod'
import { type Fault, ProblemError, type ProblemSlug } from './problem.ts'

/** So many faults are told of one body: an answer does not grow with what a stranger sends. */
const maxFaults = 20

/**
 * Understands a value by its schema.
 * @param slug the problem that its faults make
 * @param more faults that the schema cannot know
 * @throws {ProblemError} with every fault and its pointer
 */
export function readBy<S extends z.ZodType>(
  schema: S,
  value: unknown,
  slug: ProblemSlug,
  more: readonly Fault[] = [],
): z.infer<S> {
  const result = schema.safeParse(value, { reportInput: true })
  const faults = [...more, ...(result.error?.issues.flatMap(faultsOf) ?? [])].slice(0, maxFaults)
  if (result.success && faults.length === 0) return result.data
  const whole = slug === 'invalid-entry' ? 'the entry' : 'the body'
  const detail = faults.map(
    ({ pointer, message }) => `${pointer === '#' ? whole : pointer.slice(2)} ${message}`,
  )
  throw new ProblemError(slug, detail.join('; '), { members: { errors: faults } })
}

/** What is wrong, a pointer each; an unknown member is pointed at by its name. */
function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, maxFaults).map((key) => ({
      pointer: pointerTo([...issue.path, key]),
      message: 'is not a known member',
    }))
  }
  return [
    {
      pointer: pointerTo(issue.path),
      message: issue.code === 'invalid_type' ? typeFault(issue) : issue.message,
    },
  ]
}

function typeFault(issue: z.core.$ZodIssueInvalidType): string {
  if (issue.input === undefined && issue.path.length > 0) return 'is missing'
  const article = /^[aeiou]/.test(issue.expected) ? 'an' : 'a'
  return `must be ${article} ${issue.expected}`
}

/** Names are cut to 100 characters: an answer does not grow with what a stranger calls a member. */
function pointerTo(path: readonly PropertyKey[]): string {
  return [
    '#',
    ...path.map((key) => encodeURIComponent(cut(String(key)).replaceAll('~', '~0').replaceAll('/', '~1'))),
  ].join('/')
}

function cut(name: string): string {
  return name.slice(0, 100).toWellFormed()
}
