import type { z } from 'zod'
import { UnexpectedAnswer } from '../errors.ts'

/**
 * Outside data as it should be.
 * @param whose who sent it, for the error: "Harvest's page of people"
 * @throws {UnexpectedAnswer} naming the field
 */
export function demand<T>(schema: z.ZodType<T>, value: unknown, whose: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new UnexpectedAnswer(`${whose} is of another shape than it was: ${firstFault(parsed.error)}`)
}

/** The first thing that is wrong, with the path of its field: "hours: expected number, received string". */
export function firstFault({ issues: [issue] }: z.ZodError): string {
  if (issue === undefined) return 'nobody knows what'
  const message = issue.message.replace(/^Invalid input: /, '')
  return issue.path.length === 0 ? message : `${issue.path.join('.')}: ${message}`
}
