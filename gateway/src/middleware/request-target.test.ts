import { expect, test } from '@jest/globals'
import { requireCanonicalTarget, toOriginForm } from './request-target.ts'

test.each([
  '/timesheets/upload',
  '/timesheets/upload?',
  '/timesheets?from=2017-05-10&x=a%20b',
  '/timesheets?a=?&b=/../',
  '/people/auth0%7C1',
  '/people/jo@exampleco.com',
  '/people/a%20b%3Fc%23d%25e%7Ef%3Bg',
  '/people/%C3%A9',
  '/a/...',
  '/a.b/.c',
  '/',
])('accepts %s', (target) => {
  expect(() => requireCanonicalTarget(target)).not.toThrow()
})

test.each([
  '',
  '*',
  'timesheets',
  '?x=1',
  'http://evil.test/timesheets',
  '//evil.test/timesheets',
  '/timesheets//upload',
  '/timesheets/upload//',
  '/.',
  '/..',
  '/a/./b',
  '/a/../b',
  '/a/..',
  '/a/%2e/b',
  '/a/%2E%2e/b',
  '/a/.%2e/b',
  '/a%2fb',
  '/a%2Fb',
  '/a%5cb',
  '/a\\b',
  '/a\\..\\b',
  '/a#b',
  '/%61',
  '/timesheets/%75pload',
  '/timesheets/%31',
  '/a%2Db',
  '/a%5fb',
  '/a%00',
  '/a%0d%0ab',
  '/a%0A',
  '/a%1f',
  '/a%7F',
  '/a\u0000',
  '/a\tb',
  '/a b',
  '/a\u007f',
  '/a\u00e9',
  '/a%',
  '/a%2',
  '/a%zz',
  '/a%u002e',
  '/a%ff',
  '/a%c0%ae',
  '/a%C3',
  '/a%ed%a0%80',
])('rejects %j', (raw) => {
  expect(() => requireCanonicalTarget(raw)).toThrow(
    expect.objectContaining({ slug: 'invalid-request', status: 400 }),
  )
})

test.each(['/a?%', '/a?x=%zz', '/a?x=%ff', '/a?x=\u00e9', '/a?x=a b', '/a?x#y', '/a?\u0000'])(
  'rejects the query of %j',
  (raw) => {
    expect(() => requireCanonicalTarget(raw)).toThrow(
      expect.objectContaining({ slug: 'invalid-parameter', status: 400 }),
    )
  },
)

test.each([
  ['http://api.exampleco.com/timesheets?x=1', '/timesheets?x=1'],
  ['HTTPS://evil.test:8443/a', '/a'],
  ['http://[::1]:80/a', '/a'],
  ['http://x', '/'],
  ['http://x?y', '/?y'],
  ['http://x//evil.test/a', '//evil.test/a'],
  ['/a?http://x/', '/a?http://x/'],
])('takes the origin form of %s, which is %s', (raw, origin) => {
  expect(toOriginForm(raw)).toBe(origin)
})

test.each([
  'http://',
  'http:///a',
  'http://[/a',
  'http://a:b/',
  'http://x:99999999/',
  'http://x@y/',
  'ftp://x/',
  '*',
])('leaves %s unchanged', (raw) => {
  expect(toOriginForm(raw)).toBe(raw)
})
