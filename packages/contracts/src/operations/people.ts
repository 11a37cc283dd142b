import { z } from 'zod'
import type { OperationContract } from '../operation-contract.ts'
import { type Person, peopleQuerySchema, personBodySchema, personSchema } from '../person.ts'
import { json } from './content.ts'

const kim: Person = {
  user_id: '007',
  name: 'Kim Allen',
  emails: ['kim@exampleco.com'],
  tracker_ids: { harvest: ['1782959'] },
  created_at: '2017-05-10T18:00:00.000Z',
  updated_at: '2017-05-10T18:00:00.000Z',
}
const { name, emails, tracker_ids } = kim
const content = json(personSchema, { person: kim })

/** The operations of `/people`. */
export const peopleOperations = {
  listPeople: {
    description: 'Sorted by `user_id`. The header `Link` has the URL of the next page.',
    query: peopleQuerySchema,
    responses: {
      200: {
        description: 'A page of the directory',
        headers: ['Link'],
        content: json(z.array(personSchema), { page: [kim] }),
      },
    },
  },
  putPerson: {
    description:
      'Replaces all names of a person: names that are not in the body are removed. Each name belongs to at most one person. The next sync run moves entries that were uploaded under another name to this person.',
    body: { required: true, content: json(personBodySchema, { person: { name, emails, tracker_ids } }) },
    responses: {
      200: { description: 'The names of the person were replaced', content },
      201: { description: 'The person was added', headers: ['Location'], content },
    },
    problems: ['name-taken', 'invalid-body'],
  },
  deletePerson: {
    description: 'The entries of the person stay.',
    responses: { 204: { description: 'The person was removed from the directory' } },
    problems: ['invalid-body'],
  },
} as const satisfies Record<string, OperationContract>
