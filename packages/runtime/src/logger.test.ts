import { expect, jest, test } from '@jest/globals'
import { createLogger, limitErrorLines } from './logger.ts'
import { Secret } from './secret.ts'

/** A logger, and the lines that it writes. */
function createTestLogger() {
  const lines: string[] = []
  return { logger: createLogger('test', 'debug', { write: (line) => void lines.push(line) }), lines }
}

const secretNames = [
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

const wrappings: [string, (fields: object) => object][] = [
  ['at the top', (fields) => fields],
  ['in headers', (fields) => ({ headers: fields })],
  ['in a request', (fields) => ({ request: { headers: fields } })],
  ['deeply nested', (fields) => ({ a: { b: { c: { d: fields } } } })],
  ['in an array', (fields) => ({ list: [[fields]] })],
  ['in an error', (fields) => ({ err: Object.assign(new Error('x'), { response: { headers: fields } }) })],
  ['in an error in another field', (fields) => ({ cause: Object.assign(new Error('x'), fields) })],
  ['as an error', (fields) => Object.assign(new Error('x'), { config: fields })],
  ['in an instance of a class', (fields) => ({ it: Object.assign(new (class Request {})(), fields) })],
]

test.each(wrappings)('redacts secret fields %s', (_place, wrap) => {
  for (const name of secretNames) {
    const { logger, lines } = createTestLogger()
    logger.info(wrap({ [name]: 'a-token', other: 'visible' }), 'message')
    expect(lines[0]).not.toContain('a-token')
    expect(lines[0]).toContain('"[redacted]"')
    expect(lines[0]).toContain('visible')
  }
})

test('logs a configuration without its secrets', () => {
  const { logger, lines } = createTestLogger()
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

test('logs an error with its causes, and cuts circular references', () => {
  const { logger, lines } = createTestLogger()
  logger.error({ err: new Error('outer', { cause: new Error('inner') }) }, 'message')
  expect(JSON.parse(lines[0]!)).toMatchObject({
    level: 'error',
    err: { type: 'Error', message: 'outer: inner', stack: expect.stringContaining('inner') },
  })
  const circular: Record<string, unknown> = { n: 1 }
  circular.self = circular
  logger.info(circular, 'message')
  expect(lines[1]).toContain('[too deep]')
})

test('logs nothing at the level silent', () => {
  const lines: string[] = []
  const logger = createLogger('test', 'silent', { write: (line) => void lines.push(line) })
  logger.fatal('message')
  expect(lines).toEqual([])
})

test('an outage costs one error line per second and problem, with the number of lines that were left out', () => {
  const { logger, lines } = createTestLogger()
  const limited = limitErrorLines(logger)
  const clock = jest.spyOn(performance, 'now')
  const fail = (atMs: number, problem: string) => {
    clock.mockReturnValue(atMs)
    limited.error({ problem }, 'The database is unavailable')
  }
  for (const atMs of [0, 1, 999]) fail(atMs, 'not-ready')
  fail(999, 'internal-error')
  fail(1000, 'not-ready')
  clock.mockRestore()
  limited.warn({ problem: 'not-ready' }, 'a warning is not limited')
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { problem: 'not-ready' },
    { problem: 'internal-error' },
    { problem: 'not-ready', suppressed: 2 },
    { level: 'warn' },
  ])
})
