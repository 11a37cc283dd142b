import { z } from 'zod'
import type { ValidationError } from './problem.ts'

const errors: z.ZodType<readonly ValidationError[]> = z.array(
  z.looseObject({
    pointer: z.string().meta({ description: 'JSON Pointer as URI fragment (RFC 6901, section 6)' }),
    message: z.string(),
  }),
)

/** What an `application/problem+json` answer holds (RFC 9457, section 3); members that help may be added. */
export const problemSchema = z
  .looseObject({
    type: z
      .string()
      .regex(/^\/problems\/[a-z0-9-]+$/)
      .meta({ description: 'Stable; programs go by it' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'For people; the text may change' }),
    instance: z.string().optional().meta({ description: 'The id of the request' }),
    errors: errors.optional(),
  })
  .meta({ id: 'Problem' })
