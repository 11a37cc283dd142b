import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { ConfigError, type Environment, optional, readConfig, setting } from './config.ts'
import { Secret } from './secret.ts'

const folder = mkdtempSync(join(tmpdir(), 'config-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Writes a file and returns its path. */
function createFile(text: string): string {
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
  names: setting.list('NAMES', { default: '', doc: 'names' }),
  secret: setting.secret('SECRET', { minLength: 8, doc: 'a secret' }),
  database: optional(setting.databaseUrl('DATABASE_URL', { doc: 'a database' })),
}

const valid = { NAME: 'n', SECRET: 'long enough' }

function collectIssues(environment: Environment): readonly string[] {
  try {
    readConfig(environment, settings)
  } catch (error) {
    if (error instanceof ConfigError) return error.issues
    throw error
  }
  return []
}

test('uses the default of a setting that is not set, or undefined', () => {
  const { secret, ...config } = readConfig(valid, settings)
  expect(config).toEqual({
    name: 'n',
    port: 80,
    count: 3,
    level: 'low',
    isOn: false,
    url: undefined,
    names: [],
    database: undefined,
  })
  expect(secret.reveal()).toBe('long enough')
})

test('treats an empty variable as absent', () => {
  expect(readConfig({ ...valid, PORT: '', URL: '', SECRET_FILE: '' }, settings)).toMatchObject({ port: 80 })
  expect(collectIssues({ ...valid, NAME: '' })).toEqual(['NAME: is not set; it takes a text (a name)'])
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
  const issues = collectIssues(environment)
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

test('reports issues of cross-checks together with invalid settings', () => {
  const read = (environment: Environment) => () =>
    readConfig(
      environment,
      settings,
      ({ count, level }) => (count === 5 && level === 'low' ? ['COUNT: is too high for LEVEL=low'] : []),
      ({ name }) => (name.length === 1 ? ['NAME: is too short'] : []),
    )
  expect(read({ ...valid, COUNT: '5', PORT: 'x' })).toThrow(
    expect.objectContaining({
      issues: [expect.stringMatching(/^PORT: "x"/), 'COUNT: is too high for LEVEL=low', 'NAME: is too short'],
    }),
  )
  // A cross-check that reads an invalid setting is skipped.
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
])('accepts valid values of %s and rejects invalid ones', (name, accepted, rejected) => {
  for (const text of accepted) expect(collectIssues({ ...valid, [name]: text })).toEqual([])
  for (const text of rejected.filter((value) => value !== '')) {
    expect(collectIssues({ ...valid, [name]: text })).toEqual([
      expect.stringMatching(new RegExp(`^${name}: `)),
    ])
  }
})

test('removes slashes at the end of a URL', () => {
  expect(readConfig({ ...valid, URL: 'http://a/b//' }, settings).url).toBe('http://a/b')
})

test('removes empty items and surrounding spaces from a list', () => {
  expect(readConfig({ ...valid, NAMES: ' a, ,b c,' }, settings).names).toEqual(['a', 'b c'])
})

describe('NAME_FILE', () => {
  test('names a file with the value, of which one trailing newline is removed', () => {
    const read = (text: string) =>
      readConfig({ NAME: 'n', SECRET_FILE: createFile(text) }, settings).secret.reveal()
    expect(read('from a file\n')).toBe('from a file')
    expect(read('from a file\r\n')).toBe('from a file')
    expect(read(' from a file \n\n')).toBe(' from a file \n')
    expect(readConfig({ ...valid, PORT_FILE: createFile('81\n') }, settings).port).toBe(81)
  })

  test('is rejected together with NAME, and if the file is unreadable or empty', () => {
    const missing = join(folder, 'none')
    expect(collectIssues({ ...valid, SECRET_FILE: createFile('x') })).toEqual([
      'SECRET: is set twice, directly and by SECRET_FILE; remove one (a secret)',
    ])
    expect(collectIssues({ NAME: 'n', SECRET_FILE: missing })).toEqual([
      `SECRET: cannot be read from SECRET_FILE=${missing}: ENOENT (a secret)`,
    ])
    expect(collectIssues({ NAME: 'n', SECRET_FILE: folder })).toEqual([
      `SECRET: cannot be read from SECRET_FILE=${folder}: EISDIR (a secret)`,
    ])
    expect(collectIssues({ ...valid, PORT_FILE: createFile('\n') })).toEqual([
      expect.stringMatching(/^PORT: is empty in/),
    ])
  })
})

test('parses secrets and database URLs as Secret', () => {
  const config = readConfig({ ...valid, DATABASE_URL: 'postgresql://u:hidden@h/d' }, settings)
  expect(config.secret).toBeInstanceOf(Secret)
  expect(JSON.stringify(config)).not.toMatch(/hidden|long enough/)
})
