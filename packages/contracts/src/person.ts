import { z } from 'zod'
import { text, userId } from './member.ts'

const email = text(320, { controls: false })
  .refine((value) => /^[^\s@]+@[^\s@]+$/.test(value), 'must be an e-mail address')
  .meta({ format: 'email', description: 'Kept in lower case' })

/** The body of `PUT /people/{user_id}`: all names of a person; what is not in it is taken away. */
export const personBodySchema = z
  .strictObject({
    name: text(200, { controls: false }).optional(),
    emails: z.array(email).max(50).default([]),
    tracker_ids: z
      .record(
        z.string().regex(/^[a-z0-9-]{1,64}$/, 'must be the name of a source'),
        z.array(text(256)).max(50),
      )
      .default({})
      .meta({ description: 'By source: `{"harvest": ["1782959"]}`' }),
  })
  .meta({ id: 'PersonBody' })

/** A person in the directory. */
export const personSchema = z
  .strictObject({
    user_id: userId,
    name: z.string().optional(),
    emails: z.array(z.string()),
    tracker_ids: z.record(z.string(), z.array(z.string())),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: 'Person' })

export type PersonBody = z.infer<typeof personBodySchema>
export type Person = z.infer<typeof personSchema>
