import { parseArgs } from 'node:util'
import { ConfigError } from '@timesheets/runtime/config'
import { trackerNames } from '../trackers/registry.ts'

export const commands = ['run', 'daemon', 'check', 'token'] as const

/** What was asked for. */
export interface CommandLine {
  readonly command: (typeof commands)[number] | 'help'
  readonly source: string | undefined
  readonly since: string | undefined
  readonly until: string | undefined
  readonly full: boolean
  readonly dryRun: boolean
  /** Undefined: text on a terminal, JSON lines elsewhere. */
  readonly format: 'text' | 'json' | undefined
  /** How many of the API's sentences are shown; undefined: none, or some of a dry run. */
  readonly show: number | undefined
}

const options = {
  source: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
  full: { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  format: { type: 'string' },
  show: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const

/**
 * Reads the command line.
 * @throws {ConfigError} with every fault
 */
export function readCommandLine(words: readonly string[]): CommandLine {
  const { values, positionals } = parse(words)
  const [command, ...rest] = positionals
  const faults = [
    ...rest.map((word) => `${word}: is one word too many`),
    ...(values.since === undefined ? [] : faultOfDay('--since', values.since)),
    ...(values.until === undefined ? [] : faultOfDay('--until', values.until)),
  ]
  const { source, since, until, full, format, show } = values
  if (source?.trim() === '') faults.push(`--source: is empty; it takes ${trackerNames.join(' or ')}`)
  if (since !== undefined && until !== undefined && since > until) faults.push('--since: is after --until')
  if (full && (since ?? until) !== undefined)
    faults.push('--full: takes all days; leave out --since and --until')
  if (format !== undefined && format !== 'text' && format !== 'json') faults.push('--format: is text or json')
  if (show !== undefined && !/^\d{1,4}$/.test(show)) faults.push('--show: is a number up to 9999')
  const isKnown = commands.some((word) => word === command)
  if (command !== undefined && !isKnown) faults.push(`${command}: is none of ${commands.join(', ')}`)
  if (faults.length > 0) throw new ConfigError(faults)
  return {
    command: values.help || command === undefined ? 'help' : (command as CommandLine['command']),
    source,
    since,
    until,
    full,
    dryRun: values['dry-run'],
    format: format as CommandLine['format'],
    show: show === undefined ? undefined : Number(show),
  }
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true })
  } catch (error) {
    throw new ConfigError([`${(error as Error).message} (--help lists what there is)`])
  }
}

function faultOfDay(name: string, text: string): string[] {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))
  const isReal = isDay && new Date(text).toISOString().startsWith(text)
  return isReal ? [] : [`${name}: "${text}" is not a day, YYYY-MM-DD`]
}
