import { z } from 'zod'
import type { ValidationError } from './problem.ts'

const errors: z.ZodType<readonly ValidationError[]> = z.array(
  z.looseObject({
    pointer: z.string().meta({
      description: 'The invalid field, as a JSON Pointer in URI fragment form (RFC 6901, section 6)',
    }),
    message: z.string(),
  }),
)

/** The body of an `application/problem+json` response (RFC 9457, section 3). Extension members may be added. */
export const problemSchema = z
  .looseObject({
    type: z
      .string()
      .regex(/^\/problems\/[a-z0-9-]+$/)
      .meta({ description: 'Identifies the problem. Stable, so programs can rely on it' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'Explanation for people. The text may change' }),
    instance: z.string().optional().meta({ description: 'The id of the request' }),
    errors: errors.optional(),
  })
  .meta({ id: 'Problem' })
