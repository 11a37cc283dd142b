import { z } from 'zod'
import { invalidParameter } from './api-error.ts'
import { formatTimestamp } from './time-entry.ts'

/** The types of the query parameters of Harvest. */
export const parameter = {
  id: z
    .string()
    .regex(/^\d{1,15}$/, 'is not an id')
    .transform(Number),
  day: z.iso.date('is not a date (YYYY-MM-DD)'),
  flag: z.enum(['true', 'false'], 'is neither true nor false').transform((text) => text === 'true'),
  count: z
    .string()
    .regex(/^[1-9]\d{0,8}$/, 'is not an integer of at least 1')
    .transform(Number),
  /** Truncated to seconds, as Harvest's own times are. */
  instant: z
    .union([z.iso.datetime({ offset: true }), z.iso.date()], 'is not an ISO 8601 date and time')
    .transform((text) => formatTimestamp(Date.parse(text))),
}

/** Parses the query of a request target, with repeated parameters. */
export function parseQuery({ url }: { url: string }): URLSearchParams {
  return new URLSearchParams(url.split('?')[1])
}

/**
 * Validates the parameters of a list. As in Harvest, unknown parameters are ignored, and the last of a repeated
 * parameter counts.
 * @throws {ApiError} 422
 */
export function parseParameters<T>(query: URLSearchParams, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(Object.fromEntries(query))
  if (!parsed.success) throw invalidParameter(parsed.error)
  return parsed.data
}
