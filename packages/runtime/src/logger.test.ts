import { expect, test } from '@jest/globals'
import { createLogger } from './logger.ts'
import { Secret } from './secret.ts'

/** What a logger writes, by line. */
function startLogger() {
  const lines: string[] = []
  return { logger: createLogger('test', 'debug', { write: (line) => void lines.push(line) }), lines }
}

const names = [
  'authorization',
  'Authorization',
  'proxy-authorization',
  'cookie',
  'Set-Cookie',
  'x-timesheets-identity',
  'X-Timesheets-Identity',
  'access_token',
  'refresh_token',
  'client_secret',
  'client_assertion',
  'password',
  'rawHeaders',
]

const wrappings: [string, (member: object) => object][] = [
  ['at the top', (member) => member],
  ['in headers', (member) => ({ headers: member })],
  ['in a request', (member) => ({ request: { headers: member } })],
  ['deep down', (member) => ({ a: { b: { c: { d: member } } } })],
  ['in a list', (member) => ({ list: [[member]] })],
  ['in an error', (member) => ({ err: Object.assign(new Error('x'), { response: { headers: member } }) })],
  ['in an error of another name', (member) => ({ cause: Object.assign(new Error('x'), member) })],
  ['as an error', (member) => Object.assign(new Error('x'), { config: member })],
  ['in an instance', (member) => ({ it: Object.assign(new (class Request {})(), member) })],
]

test.each(wrappings)('what must not be seen is redacted %s', (_where, wrap) => {
  for (const name of names) {
    const { logger, lines } = startLogger()
    logger.info(wrap({ [name]: 'a-token', other: 'seen' }), 'words')
    expect(lines[0]).not.toContain('a-token')
    expect(lines[0]).toContain('"[redacted]"')
    expect(lines[0]).toContain('seen')
  }
})

test('a configuration can be logged whole', () => {
  const { logger, lines } = startLogger()
  logger.debug(
    { config: { secret: new Secret('a-secret'), port: 1, at: new Date(0), issuers: ['a'] } },
    'configured',
  )
  expect(JSON.parse(lines[0]!)).toEqual({
    level: 'debug',
    time: expect.any(String),
    name: 'test',
    config: { secret: '[secret]', port: 1, at: '1970-01-01T00:00:00.000Z', issuers: ['a'] },
    msg: 'configured',
  })
})

test('an error is logged with its causes, a circle ends', () => {
  const { logger, lines } = startLogger()
  logger.error({ err: new Error('outer', { cause: new Error('inner') }) }, 'words')
  expect(JSON.parse(lines[0]!)).toMatchObject({
    level: 'error',
    err: { type: 'Error', message: 'outer: inner', stack: expect.stringContaining('inner') },
  })
  const circle: Record<string, unknown> = { n: 1 }
  circle.self = circle
  logger.info(circle, 'words')
  expect(lines[1]).toContain('[too deep]')
})

test('a level that is too low is silent', () => {
  const lines: string[] = []
  const logger = createLogger('test', 'silent', { write: (line) => void lines.push(line) })
  logger.fatal('words')
  expect(lines).toEqual([])
})
