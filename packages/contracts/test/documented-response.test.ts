import { expect, test } from '@jest/globals'
import { ProblemError } from '../src/problem.ts'
import { assertDocumented } from './documented-response.ts'

const response = (status: number, body: unknown, type = 'application/json', headers: object = {}) => ({
  status,
  headers: new Headers({ ...(type === '' ? {} : { 'content-type': type }), ...headers }),
  text: typeof body === 'string' ? body : JSON.stringify(body),
})
const person = {
  user_id: '007',
  emails: [],
  tracker_ids: {},
  created_at: '2017-05-10T18:00:00.000Z',
  updated_at: '2017-05-10T18:00:00.000Z',
}
const problem = (slug: ConstructorParameters<typeof ProblemError>[0]) =>
  new ProblemError(slug, 'x').toProblem()
const problemType = 'application/problem+json'

test.each([
  ['a person', 'PUT', '/people/007', response(200, person)],
  [
    'a page of a list',
    'GET',
    '/people?limit=1',
    response(200, [person], undefined, { link: '<x>; rel="next"' }),
  ],
  ['a response without a body', 'DELETE', '/people/007', response(204, '', '')],
  ['a problem of the operation', 'PUT', '/people/007', response(409, problem('name-taken'), problemType)],
  [
    'a problem that every operation has',
    'GET',
    '/people',
    response(502, problem('service-unreachable'), problemType),
  ],
  ['a CSV export', 'GET', '/timesheets', response(200, 'id\r\n', 'text/csv; charset=utf-8')],
  ['an unknown path', 'GET', '/nothing', response(404, problem('not-found'), problemType)],
  [
    'a method that the path does not support',
    'DELETE',
    '/people',
    response(405, problem('method-not-allowed'), problemType),
  ],
] as const)('accepts %s', (_name, method, target, received) => {
  assertDocumented(method, target, received)
})

test.each([
  ['an undocumented status', 'PUT', '/people/007', response(203, person)],
  ['an undocumented field', 'PUT', '/people/007', response(200, { ...person, colour: 'red' })],
  ['a missing field', 'PUT', '/people/007', response(200, { ...person, emails: undefined })],
  ['a malformed date', 'PUT', '/people/007', response(200, { ...person, created_at: 'yesterday' })],
  ['an undocumented media type', 'PUT', '/people/007', response(200, 'person', 'text/plain')],
  ['a body where none is documented', 'DELETE', '/people/007', response(204, {})],
  ['an undocumented header', 'PUT', '/people/007', response(200, person, undefined, { etag: '"1"' })],
  ['a problem of another operation', 'PUT', '/people/007', response(409, problem('approved'), problemType)],
  ['a body that is not a problem', 'PUT', '/people/007', response(409, {}, problemType)],
  ['success for an unknown path', 'GET', '/nothing', response(200, {})],
] as const)('rejects %s', (_name, method, target, received) => {
  expect(() => assertDocumented(method, target, received)).toThrow(/: status \d{3}/)
})
