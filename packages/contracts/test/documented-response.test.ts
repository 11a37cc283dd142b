import { expect, test } from '@jest/globals'
import { ProblemError } from '../src/problem.ts'
import { assertDocumented } from './documented-response.ts'

const seen = (status: number, body: unknown, type = 'application/json', headers: object = {}) => ({
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
  ['a person', 'PUT', '/people/007', seen(200, person)],
  ['a list', 'GET', '/people?limit=1', seen(200, [person], undefined, { link: '<x>; rel="next"' })],
  ['nothing', 'DELETE', '/people/007', seen(204, '', '')],
  ['a problem of the operation', 'PUT', '/people/007', seen(409, problem('name-taken'), problemType)],
  ['a problem of any operation', 'GET', '/people', seen(502, problem('service-unreachable'), problemType)],
  ['a stream', 'GET', '/timesheets', seen(200, 'id\r\n', 'text/csv; charset=utf-8')],
  ['no such path', 'GET', '/nothing', seen(404, problem('not-found'), problemType)],
  ['no such method', 'DELETE', '/people', seen(405, problem('method-not-allowed'), problemType)],
] as const)('%s is documented', (_what, method, target, answer) => {
  assertDocumented(method, target, answer)
})

test.each([
  ['a status', 'PUT', '/people/007', seen(203, person)],
  ['a member', 'PUT', '/people/007', seen(200, { ...person, colour: 'red' })],
  ['the lack of a member', 'PUT', '/people/007', seen(200, { ...person, emails: undefined })],
  ['a date', 'PUT', '/people/007', seen(200, { ...person, created_at: 'yesterday' })],
  ['a type', 'PUT', '/people/007', seen(200, 'person', 'text/plain')],
  ['a body', 'DELETE', '/people/007', seen(204, {})],
  ['a header', 'PUT', '/people/007', seen(200, person, undefined, { etag: '"1"' })],
  ["another operation's problem", 'PUT', '/people/007', seen(409, problem('approved'), problemType)],
  ['what is no problem', 'PUT', '/people/007', seen(409, {}, problemType)],
  ['no problem where there is no path', 'GET', '/nothing', seen(200, {})],
] as const)('%s is not documented', (_what, method, target, answer) => {
  expect(() => assertDocumented(method, target, answer)).toThrow(/was answered with/)
})
