import { z } from 'zod'
import { text, userId } from './fields.ts'
import { cursor, limit } from './list-query.ts'
import { parseOrThrow } from './validation.ts'

const email = text(320, { controls: false })
  .refine((value) => /^[^\s@]+@[^\s@]+$/.test(value), 'must be an e-mail address')
  .meta({ format: 'email', description: 'Stored in lower case' })

/** The most sources in which one person may have ids. */
const maxSources = 20

/** The body of `PUT /people/{user_id}`: all names of a person. Names that are absent are removed. */
export const personBodySchema = z
  .strictObject({
    name: text(200, { controls: false }).optional(),
    emails: z.array(email).max(50).default([]),
    tracker_ids: z
      .record(
        // The directory stores e-mail addresses under the kind `email`, so no source may have this name.
        z.string().regex(/^(?!email$)[a-z0-9-]{1,64}$/, 'must be the name of a source, and not "email"'),
        z.array(text(256, { controls: false })).max(50),
      )
      .refine((ids) => Object.keys(ids).length <= maxSources, `must contain at most ${maxSources} sources`)
      .default({})
      .meta({
        description: 'Ids of the person by source: `{"harvest": ["1782959"]}`',
        maxProperties: maxSources,
      }),
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
  email: text(320, { controls: false })
    .optional()
    .meta({ description: 'Only the person with this e-mail address, in upper or lower case' }),
  tracker_id: z
    .string()
    .regex(/^(?!email:)[a-z0-9-]{1,64}:\P{Cc}{1,256}$/u, 'must be <source>:<id>')
    .optional()
    .meta({
      description: 'Only the person with this id in a source: `<source>:<id>`',
      examples: ['harvest:1782959'],
    }),
  limit: limit.optional(),
  cursor: cursor.optional(),
})

export type PeopleQuery = z.infer<typeof peopleQuerySchema>
export type PersonBody = z.infer<typeof personBodySchema>
export type Person = z.infer<typeof personSchema>

/**
 * Parses the body of `PUT /people/{user_id}`.
 * @throws {ProblemError} `invalid-body`
 */
export function parsePersonBody(value: unknown): PersonBody {
  // zod drops this key of a record, because every object inherits it; an unknown key must be an error.
  const ids = (value as { tracker_ids?: unknown } | null | undefined)?.tracker_ids
  const hasPrototypeKey = typeof ids === 'object' && ids !== null && Object.hasOwn(ids, '__proto__')
  const errors = [{ pointer: '#/tracker_ids/__proto__', message: 'must be the name of a source' }]
  return parseOrThrow(personBodySchema, value, 'invalid-body', hasPrototypeKey ? errors : [])
}
