import type { z } from 'zod'
import { InvalidResponseError } from '../errors.ts'

/**
 * Validates data from outside.
 * @param label what it is, for the error: "Harvest's page of people"
 * @throws {InvalidResponseError} naming the first invalid field
 */
export function parseResponse<T>(schema: z.ZodType<T>, value: unknown, label: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new InvalidResponseError(`${label} has an unexpected shape: ${formatIssue(parsed.error)}`)
}

/** Formats the first issue with the path of its field: "hours: expected number, received string". */
export function formatIssue({ issues: [issue] }: z.ZodError): string {
  if (issue === undefined) return 'unknown issue'
  const message = issue.message.replace(/^Invalid input: /, '')
  return issue.path.length === 0 ? message : `${issue.path.join('.')}: ${message}`
}
