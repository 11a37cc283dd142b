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

/** What is taken of the directory of people, and answered. */
export const peopleOperations = {
  listPeople: {
    description: 'By `user_id`; pages follow each other by `Link`.',
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
      "All names of a person: what is not in the body is taken away. A name is one person's at most. The next run of a sync moves the entries of whom it names.",
    body: { required: true, content: json(personBodySchema, { person: { name, emails, tracker_ids } }) },
    responses: {
      200: { description: 'The person was known', content },
      201: { description: 'The person is new', headers: ['Location'], content },
    },
    problems: ['name-taken', 'invalid-body'],
  },
  deletePerson: {
    description: "The person's entries stay.",
    responses: { 204: { description: 'The person is out of the directory' } },
    problems: ['invalid-body'],
  },
} as const satisfies Record<string, OperationContract>
