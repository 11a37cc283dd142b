import { expect, test } from '@jest/globals'
import { ProblemError, type ProblemSlug, problems } from './problem.ts'

test('serializes a problem as RFC 9457 defines it', () => {
  const error = new ProblemError('invalid-entry', 'hours must be at most 24', {
    members: { errors: [{ pointer: '#/hours', message: 'must be at most 24' }] },
  })
  expect(error).toBeInstanceOf(Error)
  expect(error.name).toBe('ProblemError')
  expect(error.toProblem('req-1')).toEqual({
    type: '/problems/invalid-entry',
    title: 'The entry is invalid',
    status: 422,
    detail: 'hours must be at most 24',
    instance: 'req-1',
    errors: [{ pointer: '#/hours', message: 'must be at most 24' }],
  })
})

test('omits the instance of a problem without a request', () => {
  expect(new ProblemError('not-found', 'There is no entry 5').toProblem()).toEqual({
    type: '/problems/not-found',
    title: 'Not found',
    status: 404,
    detail: 'There is no entry 5',
  })
})

test('does not serialize the cause and the headers', () => {
  const cause = new Error('select * from secrets')
  const error = new ProblemError('not-ready', 'Try again', { cause, headers: { 'retry-after': '2' } })
  expect(error.cause).toBe(cause)
  expect(error.headers).toEqual({ 'retry-after': '2' })
  expect(JSON.stringify(error.toProblem())).not.toMatch(/secrets|retry/)
})

test('keeps the members of RFC 9457 if an extension member has the same name', () => {
  const members = { status: 200, type: 'x', title: 'x', detail: 'x', instance: 'x' }
  expect(new ProblemError('too-large', 'Too much', { members }).toProblem('req-1')).toEqual({
    type: '/problems/too-large',
    title: problems['too-large'].title,
    status: 413,
    detail: 'Too much',
    instance: 'req-1',
  })
})

test('every slug is a URL segment, and every status is an error', () => {
  for (const slug of Object.keys(problems) as ProblemSlug[]) {
    expect(slug).toMatch(/^[a-z]+(-[a-z]+)*$/)
    expect(problems[slug].status).toBeGreaterThanOrEqual(400)
    expect(problems[slug].status).toBeLessThan(600)
    expect(problems[slug].title).not.toBe('')
  }
})
