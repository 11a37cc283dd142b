import { describe, expect, test } from '@jest/globals'
import { readCommandLine } from './arguments.ts'

test('what was asked for', () => {
  expect(readCommandLine(['run', '--since', '2026-01-31', '--dry-run', '--show=5'])).toMatchObject({
    command: 'run',
    since: '2026-01-31',
    full: false,
    dryRun: true,
    show: 5,
    format: undefined,
  })
  expect(readCommandLine([]).command).toBe('help')
  expect(readCommandLine(['run', '--help']).command).toBe('help')
})

describe('what nobody can mean is told, all of it at once', () => {
  test.each([
    [['walk'], 'walk: is none of run, daemon, check, token'],
    [['run', 'now'], 'now: is one word too many'],
    [['run', '--since', '2026-02-30'], '"2026-02-30" is not a day'],
    [['run', '--until', 'today'], '"today" is not a day'],
    [['run', '--since', '2026-02-02', '--until', '2026-02-01'], '--since: is after --until'],
    [['run', '--full', '--since', '2026-02-02'], '--full: takes all days'],
    [['run', '--show', 'all'], '--show: is a number'],
    [['run', '--format', 'xml'], '--format: is text or json'],
    [['run', '--source', ''], '--source: is empty; it takes harvest or csv'],
    [['run', '--dryrun'], "Unknown option '--dryrun'"],
  ])('%j', (words, fault) => {
    expect(() => readCommandLine(words)).toThrow(fault)
  })
})
