import { describe, expect, test } from '@jest/globals'
import { trackerNames } from '../trackers/registry.ts'
import { parseArguments } from './arguments.ts'

test('parses a command with options; without a command, or with --help, the command is help', () => {
  expect(parseArguments(['run', '--since', '2026-01-31', '--dry-run', '--show=5'])).toMatchObject({
    command: 'run',
    since: '2026-01-31',
    full: false,
    mode: 'plan',
    show: 5,
    format: undefined,
  })
  expect(parseArguments(['run', '--allow-deletes=7'])).toMatchObject({ mode: 'sync', allowDeletesOf: 7 })
  expect(parseArguments(['verify', '--full'])).toMatchObject({
    command: 'verify',
    mode: 'verify',
    full: true,
  })
  expect(parseArguments([]).command).toBe('help')
  expect(parseArguments(['run', '--help']).command).toBe('help')
})

describe('rejects', () => {
  test.each([
    [['walk'], 'walk: unknown command; it must be one of run, verify, report, daemon, check, token'],
    [['run', 'now'], 'now: unexpected argument'],
    [['run', '--since', '2026-02-30'], '"2026-02-30" is not a day'],
    [['run', '--until', 'today'], '"today" is not a day'],
    [['run', '--since', '0001-01-01'], '--since: "0001-01-01" is not between 2000-01-01 and 2999-12-31'],
    [['run', '--until', '9999-12-31'], '--until: "9999-12-31" is not between 2000-01-01 and 2999-12-31'],
    [['run', '--since', '2026-02-02', '--until', '2026-02-01'], '--since: is after --until'],
    [['run', '--full', '--since', '2026-02-02'], '--full: means all days'],
    [['run', '--allow-deletes', 'all'], '--allow-deletes: must be the number of a run'],
    [['daemon', '--allow-deletes', '7'], '--allow-deletes: is for the command run only'],
    [['run', '--allow-deletes=7', '--full'], '--allow-deletes: means the days of that run'],
    [['run', '--show', 'all'], '--show: must be a number'],
    [['run', '--format', 'xml'], '--format: must be text or json'],
    [['run', '--source', ''], `--source: "" is not a tracker; it takes ${trackerNames.join(' or ')}`],
    [
      ['run', '--source', 'paper'],
      `--source: "paper" is not a tracker; it takes ${trackerNames.join(' or ')}`,
    ],
    [['run', '--dryrun'], "Unknown option '--dryrun'"],
    [['run', '-x'], "Unknown option '-x'"],
    [['run', '--constructor'], "Unknown option '--constructor'"],
    [['run', '--full=yes'], '--full: takes no value'],
    [['run', '--since'], '--since: needs a value'],
    [['run', '--since', '--full'], '--since: needs a value'],
  ])('%j', (args, message) => {
    expect(() => parseArguments(args)).toThrow(message)
  })
})

test('reports all invalid arguments together', () => {
  expect(() => parseArguments(['walk', 'now', '--format', 'xml'])).toThrow(
    /3 errors.*now: .*--format: .*walk: /s,
  )
  expect(() => parseArguments(['run', '--since', '2026-02-30', '--until', 'x', '--foo'])).toThrow(
    /3 errors.*'--foo'.*--since: .*--until: /s,
  )
})
