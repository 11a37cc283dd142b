import { z } from 'zod'
import { refuseParameter } from './refusal.ts'
import { timestamp } from './time-entry.ts'

/** The kinds of parameter in Harvest's queries. */
export const parameter = {
  id: z
    .string()
    .regex(/^\d{1,15}$/, 'is not an id')
    .transform(Number),
  day: z.iso.date('is not a date (YYYY-MM-DD)'),
  flag: z.enum(['true', 'false'], 'is neither true nor false').transform((text) => text === 'true'),
  count: z
    .string()
    .regex(/^[1-9]\d{0,8}$/, 'is not a whole number of at least 1')
    .transform(Number),
  /** To the second, as Harvest's own times are. */
  instant: z
    .union([z.iso.datetime({ offset: true }), z.iso.date()], 'is not an ISO 8601 date and time')
    .transform((text) => timestamp(Date.parse(text))),
}

/** The query of a request's target; of a parameter that comes twice, both. */
export function queryOf({ url }: { url: string }): URLSearchParams {
  return new URLSearchParams(url.split('?')[1])
}

/**
 * Reads what a list takes from a query. Other parameters are ignored, as Harvest does; of one that
 * comes twice the last counts.
 * @throws {Refusal} 422
 */
export function readQuery<T>(query: URLSearchParams, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(Object.fromEntries(query))
  if (!parsed.success) throw refuseParameter(parsed.error)
  return parsed.data
}
