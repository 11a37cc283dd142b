import { parseArgs } from 'node:util'
import { ConfigError } from '@timesheets/runtime/config'
import type { RunOptions } from '../sync/run.ts'
import { trackerNames } from '../trackers/registry.ts'

export const commands = ['run', 'verify', 'report', 'daemon', 'check', 'token'] as const

/** The days that options take: those that the API accepts, and far more than have hours. */
const [firstDay, lastDay] = ['2000-01-01', '2999-12-31']

/** A parsed command line. */
export interface Arguments extends RunOptions {
  readonly command: (typeof commands)[number] | 'help'
  readonly source: string | undefined
  /** Undefined: text on a terminal, JSON lines elsewhere. */
  readonly format: 'text' | 'json' | undefined
}

const options = {
  source: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
  full: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  'allow-deletes': { type: 'string' },
  format: { type: 'string' },
  show: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

/**
 * Parses the command line.
 * @throws {ConfigError} naming every invalid argument
 */
export function parseArguments(args: readonly string[]): Arguments {
  const { tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    tokens: true,
    allowPositionals: true,
  })
  const { issues, texts, flags, positionals } = readTokens(tokens)
  const { source, since, until, format, show, 'allow-deletes': allowDeletes } = texts
  const full = flags.has('full')
  const [command, ...rest] = positionals
  issues.push(...rest.map((word) => `${word}: unexpected argument`))
  if (since !== undefined && !isDay(since)) issues.push(`--since: "${since}" is not a day, YYYY-MM-DD`)
  if (until !== undefined && !isDay(until)) issues.push(`--until: "${until}" is not a day, YYYY-MM-DD`)
  for (const [name, text] of Object.entries({ since, until }))
    if (text !== undefined && isDay(text) && (text < firstDay || text > lastDay))
      issues.push(`--${name}: "${text}" is not between ${firstDay} and ${lastDay}`)
  if (source !== undefined && !trackerNames.includes(source))
    issues.push(`--source: "${source}" is not a tracker; it takes ${trackerNames.join(' or ')}`)
  if (since !== undefined && until !== undefined && since > until) issues.push('--since: is after --until')
  if (full && (since ?? until) !== undefined)
    issues.push('--full: means all days; leave out --since and --until')
  if (format !== undefined && format !== 'text' && format !== 'json')
    issues.push('--format: must be text or json')
  if (show !== undefined && !/^\d{1,4}$/.test(show)) issues.push('--show: must be a number up to 9999')
  if (allowDeletes !== undefined) {
    if (!/^[1-9]\d{0,14}$/.test(allowDeletes)) issues.push('--allow-deletes: must be the number of a run')
    if (command !== 'run') issues.push('--allow-deletes: is for the command run only')
    if (full || (since ?? until) !== undefined)
      issues.push('--allow-deletes: means the days of that run; leave out --full, --since and --until')
  }
  const isKnown = commands.some((name) => name === command)
  if (command !== undefined && !isKnown)
    issues.push(`${command}: unknown command; it must be one of ${commands.join(', ')}`)
  if (issues.length > 0) throw new ConfigError(issues)
  return {
    command: flags.has('help') || command === undefined ? 'help' : (command as Arguments['command']),
    source,
    since,
    until,
    full,
    mode: command === 'verify' ? 'verify' : flags.has('dry-run') ? 'plan' : 'sync',
    allowDeletesOf: allowDeletes === undefined ? undefined : Number(allowDeletes),
    format: format as Arguments['format'],
    show: show === undefined ? undefined : Number(show),
  }
}

type Token = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number]

/** Reads the tokens; unlike `parseArgs` in its strict mode, it reports every invalid one. */
function readTokens(tokens: readonly Token[]) {
  const issues: string[] = []
  const texts: Partial<Record<string, string>> = {}
  const flags = new Set<string>()
  const positionals: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind !== 'option') continue
    const { name, rawName, value, inlineValue } = token
    const type = Object.hasOwn(options, name) ? options[name as keyof typeof options].type : undefined
    if (type === undefined) issues.push(`Unknown option '${rawName}'; --help lists the options`)
    else if (type === 'boolean' && value !== undefined) issues.push(`${rawName}: takes no value`)
    else if (type === 'boolean') flags.add(name)
    else if (value === undefined || (!inlineValue && value.startsWith('-')))
      issues.push(`${rawName}: needs a value`)
    else texts[name] = value
  }
  return { issues, texts, flags, positionals }
}

function isDay(text: string): boolean {
  const isWritten = /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))
  return isWritten && new Date(text).toISOString().startsWith(text)
}
