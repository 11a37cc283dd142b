import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { ConfigError, type Environment, optional, readConfig, setting } from './config.ts'
import { Secret } from './secret.ts'

const folder = mkdtempSync(join(tmpdir(), 'config-'))
afterAll(() => rmSync(folder, { recursive: true }))

function fileWith(text: string): string {
  const file = join(mkdtempSync(join(folder, 'f-')), 'value')
  writeFileSync(file, text)
  return file
}

const settings = {
  name: setting.text('NAME', { doc: 'a name' }),
  port: setting.port('PORT', { default: 80, doc: 'a port' }),
  count: setting.integer('COUNT', { min: 2, max: 5, default: 3, doc: 'a count' }),
  level: setting.oneOf('LEVEL', ['low', 'high'], { default: 'low', doc: 'a level' }),
  isOn: setting.flag('IS_ON', { default: false, doc: 'a flag' }),
  url: optional(setting.url('URL', { doc: 'a URL' })),
  words: setting.list('WORDS', { default: '', doc: 'words' }),
  secret: setting.secret('SECRET', { minLength: 8, doc: 'a secret' }),
  database: optional(setting.databaseUrl('DATABASE_URL', { doc: 'a database' })),
}

const good = { NAME: 'n', SECRET: 'long enough' }

function issuesOf(environment: Environment): readonly string[] {
  try {
    readConfig(environment, settings)
  } catch (error) {
    if (error instanceof ConfigError) return error.issues
    throw error
  }
  return []
}

test('what is not set has its default, or is absent', () => {
  const { secret, ...config } = readConfig(good, settings)
  expect(config).toEqual({
    name: 'n',
    port: 80,
    count: 3,
    level: 'low',
    isOn: false,
    url: undefined,
    words: [],
    database: undefined,
  })
  expect(secret.reveal()).toBe('long enough')
})

test('an empty variable is as good as none', () => {
  expect(readConfig({ ...good, PORT: '', URL: '', SECRET_FILE: '' }, settings)).toMatchObject({ port: 80 })
  expect(issuesOf({ ...good, NAME: '' })).toEqual(['NAME: is not set; it takes a text (a name)'])
})

test('reports all invalid settings together, each with the name of its variable', () => {
  const environment = {
    PORT: '70000',
    COUNT: '6',
    LEVEL: 'middle',
    IS_ON: 'yes',
    URL: 'ftp://x',
    SECRET: 'short',
    DATABASE_URL: 'mysql://user:hidden@host/db',
  }
  const issues = issuesOf(environment)
  const names = ['NAME', 'PORT', 'COUNT', 'LEVEL', 'IS_ON', 'URL', 'SECRET', 'DATABASE_URL']
  expect(issues.map((issue) => issue.split(':')[0])).toEqual(names)
  expect(() => readConfig(environment, settings)).toThrow(/^The configuration has 8 errors:\s+NAME: /)
  expect(issues.join()).not.toMatch(/hidden|short /)
})

test('prints one line per invalid setting on a terminal, and one line in all to a log', () => {
  expect(new ConfigError(['A: x', 'B: y'], true).message).toBe(
    'The configuration has 2 errors:\n  A: x\n  B: y',
  )
  expect(new ConfigError(['A: x', 'B: y'], false).message).toBe('The configuration has 2 errors: A: x | B: y')
  expect(new ConfigError(['A: x'], false).message).toBe('The configuration has an error: A: x')
})

test('issues of settings that do not fit each other are in the same report', () => {
  const read = (environment: Environment) => () =>
    readConfig(
      environment,
      settings,
      ({ count, level }) => (count === 5 && level === 'low' ? ['COUNT: is too high for LEVEL=low'] : []),
      ({ name }) => (name.length === 1 ? ['NAME: is too short'] : []),
    )
  expect(read({ ...good, COUNT: '5', PORT: 'x' })).toThrow(
    expect.objectContaining({
      issues: [expect.stringMatching(/^PORT: "x"/), 'COUNT: is too high for LEVEL=low', 'NAME: is too short'],
    }),
  )
  // What could not be read is not judged a second time.
  expect(read({ SECRET: 'long enough' })).toThrow(
    expect.objectContaining({ issues: [expect.stringMatching(/^NAME: is not set/)] }),
  )
})

test.each([
  ['PORT', ['0', '65535'], ['-1', '65536', '1e3', ' 80', '0x50', '80.0', '٣']],
  ['COUNT', ['2', '5', '03'], ['1', '6', '2.5', '1e0', '+3', '']],
  ['IS_ON', ['true', 'false'], ['TRUE', '1', 'on']],
  ['LEVEL', ['low', 'high'], ['LOW', 'lowhigh', 'toString']],
  [
    'URL',
    ['http://a', 'https://a.b:1/c', 'http://[::1]:1'],
    [
      'a',
      'http://',
      'ftp://a',
      'http://u:p@a',
      'http://u@a',
      'http://a\nb',
      'http://a b',
      'http://a"',
      'http://a?b',
      'http://a#b',
      'http://é',
    ],
  ],
  ['DATABASE_URL', ['postgresql://u:p@h/d', 'postgres://h/d?x=y'], ['http://h/d', 'h/d']],
])('%s', (name, goods, bads) => {
  for (const text of goods) expect(issuesOf({ ...good, [name]: text })).toEqual([])
  for (const text of bads.filter((bad) => bad !== '')) {
    expect(issuesOf({ ...good, [name]: text })).toEqual([expect.stringMatching(new RegExp(`^${name}: `))])
  }
})

test('a URL comes without a slash at its end', () => {
  expect(readConfig({ ...good, URL: 'http://a/b//' }, settings).url).toBe('http://a/b')
})

test('a list comes without empty words', () => {
  expect(readConfig({ ...good, WORDS: ' a, ,b c,' }, settings).words).toEqual(['a', 'b c'])
})

describe('NAME_FILE', () => {
  test('gives the value, without the one newline at its end', () => {
    const read = (text: string) =>
      readConfig({ NAME: 'n', SECRET_FILE: fileWith(text) }, settings).secret.reveal()
    expect(read('from a file\n')).toBe('from a file')
    expect(read('from a file\r\n')).toBe('from a file')
    expect(read(' from a file \n\n')).toBe(' from a file \n')
    expect(readConfig({ ...good, PORT_FILE: fileWith('81\n') }, settings).port).toBe(81)
  })

  test('is refused beside NAME, and where it cannot be read or is empty', () => {
    const missing = join(folder, 'none')
    expect(issuesOf({ ...good, SECRET_FILE: fileWith('x') })).toEqual([
      'SECRET: is set twice, by itself and by SECRET_FILE; keep one (a secret)',
    ])
    expect(issuesOf({ NAME: 'n', SECRET_FILE: missing })).toEqual([
      `SECRET: cannot be read from SECRET_FILE=${missing}: ENOENT (a secret)`,
    ])
    expect(issuesOf({ NAME: 'n', SECRET_FILE: folder })).toEqual([
      `SECRET: cannot be read from SECRET_FILE=${folder}: EISDIR (a secret)`,
    ])
    expect(issuesOf({ ...good, PORT_FILE: fileWith('\n') })).toEqual([
      expect.stringMatching(/^PORT: is empty in/),
    ])
  })
})

test('a secret is a Secret, and so is what holds a password', () => {
  const config = readConfig({ ...good, DATABASE_URL: 'postgresql://u:hidden@h/d' }, settings)
  expect(config.secret).toBeInstanceOf(Secret)
  expect(JSON.stringify(config)).not.toMatch(/hidden|long enough/)
})
