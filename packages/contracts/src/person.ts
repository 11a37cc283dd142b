import { z } from 'zod'
import { text, userId } from './fields.ts'
import { cursor, limit } from './list-query.ts'

const email = text(320, { controls: false })
  .refine((value) => /^[^\s@]+@[^\s@]+$/.test(value), 'must be an e-mail address')
  .meta({ format: 'email', description: 'Kept in lower case' })

/** Trackers that one person is known in. */
const maxSources = 20

/** The body of `PUT /people/{user_id}`: all names of a person; what is not in it is taken away. */
export const personBodySchema = z
  .strictObject({
    name: text(200, { controls: false }).optional(),
    emails: z.array(email).max(50).default([]),
    tracker_ids: z
      .record(
        // `email` is the kind that e-mails are kept under.
        z.string().regex(/^(?!email$)[a-z0-9-]{1,64}$/, 'must be the name of a source, other than email'),
        z.array(text(256, { controls: false })).max(50),
      )
      .refine((ids) => Object.keys(ids).length <= maxSources, `must name at most ${maxSources} sources`)
      .default({})
      .meta({ description: 'By source: `{"harvest": ["1782959"]}`', maxProperties: maxSources }),
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

/** The query of `GET /people`. */
export const peopleQuerySchema = z.strictObject({
  email: text(320, { controls: false }).optional().meta({ description: 'Only who has it, in any case' }),
  tracker_id: z
    .string()
    .regex(/^(?!email:)[a-z0-9-]{1,64}:\P{Cc}{1,256}$/u, 'must be <source>:<id>')
    .optional()
    .meta({ description: 'Only who has it: `<source>:<id>`', examples: ['harvest:1782959'] }),
  limit: limit.optional(),
  cursor: cursor.optional(),
})

export type PeopleQuery = z.infer<typeof peopleQuerySchema>
export type PersonBody = z.infer<typeof personBodySchema>
export type Person = z.infer<typeof personSchema>
