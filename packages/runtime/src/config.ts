import { readFileSync } from 'node:fs'
import { Secret } from './secret.ts'

/** The environment variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>

/** One setting: its variable, its documentation, and how to parse its text. */
export interface Setting<T> {
  readonly name: string
  readonly doc: string
  /** What `parse` accepts, for an error message: "a port (0–65535)". */
  readonly kind: string
  /** Parsed where the variable is absent; undefined makes the variable required. */
  readonly defaultText: string | undefined
  readonly secret: boolean
  /** True where an absent variable means `undefined`. */
  readonly optional: boolean
  /** @throws an Error with a message that says what is wrong with the text */
  parse(text: string): T
}

export type Settings = Readonly<Record<string, Setting<unknown>>>

/** The typed configuration of a table of settings. */
export type InferConfig<S extends Settings> = {
  readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never
}

/**
 * Reports every invalid setting of a configuration. The process that catches it exits with 2. On a terminal the message
 * has one line per setting; in a log it has one line in all, because a log collector makes an event of each line.
 */
export class ConfigError extends Error {
  readonly issues: readonly string[]

  constructor(issues: readonly string[], isForTerminal = process.stderr.isTTY === true) {
    const count = issues.length === 1 ? 'an error' : `${issues.length} errors`
    super(
      `The configuration has ${count}:${isForTerminal ? `\n  ${issues.join('\n  ')}` : ` ${issues.join(' | ')}`}`,
    )
    this.name = 'ConfigError'
    this.issues = issues
  }
}

/**
 * Reads a table of settings from the environment and reports all invalid settings together.
 * A variable may name a file instead, with the suffix `_FILE`, as orchestrators provide secrets; one trailing newline
 * is removed. An empty variable counts as absent.
 * @param crossChecks each compares settings with each other and returns its issues; a check that reads an invalid
 *   setting is skipped
 * @throws {ConfigError}
 */
export function readConfig<const S extends Settings>(
  environment: Environment,
  settings: S,
  ...crossChecks: readonly ((config: InferConfig<S>) => readonly string[])[]
): InferConfig<S> {
  const issues: string[] = []
  const invalid = new Set<PropertyKey>()
  const config: Record<string, unknown> = {}
  for (const [key, setting] of Object.entries(settings)) {
    try {
      config[key] = readSetting(environment, setting)
    } catch (error) {
      invalid.add(key)
      issues.push(`${setting.name}: ${(error as Error).message} (${setting.doc})`)
    }
  }
  for (const check of crossChecks) issues.push(...runCrossCheck(config as InferConfig<S>, invalid, check))
  if (issues.length > 0) throw new ConfigError(issues)
  return config as InferConfig<S>
}

class InvalidSetting extends Error {}

function runCrossCheck<C extends object>(
  config: C,
  invalid: ReadonlySet<PropertyKey>,
  check: (config: C) => readonly string[],
): readonly string[] {
  const guarded = new Proxy(config, {
    get(target, key) {
      if (invalid.has(key)) throw new InvalidSetting()
      return Reflect.get(target, key)
    },
  })
  try {
    return check(guarded)
  } catch (error) {
    if (error instanceof InvalidSetting) return []
    throw error
  }
}

function readSetting(environment: Environment, setting: Setting<unknown>): unknown {
  const text = readText(environment, setting.name) ?? setting.defaultText
  if (text !== undefined) return setting.parse(text)
  if (setting.optional) return undefined
  throw new Error(`is not set; it takes ${setting.kind}`)
}

function readText(environment: Environment, name: string): string | undefined {
  const value = environment[name] || undefined
  const file = environment[`${name}_FILE`] || undefined
  if (file === undefined) return value
  if (value !== undefined) throw new Error(`is set twice, directly and by ${name}_FILE; remove one`)
  let text: string
  try {
    text = readFileSync(file, 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    throw new Error(`cannot be read from ${name}_FILE=${file}: ${(error as NodeJS.ErrnoException).code}`)
  }
  if (text === '') throw new Error(`is empty in the file ${name}_FILE=${file}`)
  return text
}

interface Options<T> {
  readonly doc: string
  readonly default?: T
}

/** Creates settings by kind. A setting without a default is required, unless it is wrapped in `optional`. */
export const setting = {
  text: (name: string, options: Options<string>) => make(name, options, 'a text', (text) => text),

  oneOf: <const V extends string>(name: string, values: readonly V[], options: Options<V>) =>
    make(name, options, `one of ${values.join(', ')}`, (text) => {
      if (!values.includes(text as V)) throw new Error(`"${text}" is not one of ${values.join(', ')}`)
      return text as V
    }),

  integer: (name: string, options: Options<number> & { min?: number; max?: number }) => {
    const { min = 0, max = Number.MAX_SAFE_INTEGER } = options
    const kind =
      max === Number.MAX_SAFE_INTEGER ? `a whole number from ${min}` : `a whole number from ${min} to ${max}`
    return make(name, options, kind, (text) => {
      const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
      if (!(value >= min && value <= max)) throw new Error(`"${text}" is not ${kind}`)
      return value
    })
  },

  port: (name: string, options: Options<number>) =>
    make(name, options, 'a port (0 to 65535; 0 = a free one)', (text) => {
      const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
      if (!(value <= 65535)) throw new Error(`"${text}" is not a port (0 to 65535)`)
      return value
    }),

  flag: (name: string, options: Options<boolean>) =>
    make(name, options, 'true or false', (text) => {
      if (text !== 'true' && text !== 'false') throw new Error(`"${text}" is neither true nor false`)
      return text === 'true'
    }),

  url: (name: string, options: Options<string>) => make(name, options, 'an http(s) URL', parseHttpUrl),

  list: (name: string, options: Options<string>) =>
    make(name, options, 'a list, separated by commas', (text) =>
      text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    ),

  secret: (name: string, options: Options<string> & { minLength?: number }): Setting<Secret> => {
    const { minLength = 1 } = options
    const kind = minLength > 1 ? `a secret of at least ${minLength} characters` : 'a secret'
    return {
      ...make(name, options, kind, (text) => {
        if (text.length < minLength) throw new Error(`is shorter than ${minLength} characters`)
        return new Secret(text)
      }),
      secret: true,
    }
  },

  /** A database's connection URL. It is a secret, because it contains a password. */
  databaseUrl: (name: string, options: Options<string>): Setting<Secret> => ({
    ...make(name, options, 'a postgresql:// URL', (text) => {
      if (!/^postgres(ql)?:$/.test(URL.canParse(text) ? new URL(text).protocol : '')) {
        throw new Error('is not a postgresql:// URL')
      }
      return new Secret(text)
    }),
    secret: true,
  }),

  /** Any other kind. `parse` throws an Error that says what is wrong. */
  custom: <T>(name: string, kind: string, options: Options<string>, parse: (text: string) => T) =>
    make(name, options, kind, parse),
}

/** Makes a setting optional: undefined where its variable is absent. */
export function optional<T>(required: Setting<T>): Setting<T | undefined> {
  return { ...required, optional: true }
}

function make<T>(
  name: string,
  options: Options<string | number | boolean>,
  kind: string,
  parse: (text: string) => T,
): Setting<T> {
  const defaultText = options.default === undefined ? undefined : String(options.default)
  return { name, doc: options.doc, kind, defaultText, secret: false, optional: false, parse }
}

/** Parses an http(s) URL and removes trailing slashes, so that callers can append a path and put the URL into headers. */
function parseHttpUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw new Error(`"${text}" is not an http(s) URL`)
  if (url.username !== '' || url.password !== '') throw new Error('must not contain a user name or password')
  if (!/^[!$-~]+$/.test(text) || /[?#]/.test(text))
    throw new Error(`"${text}" contains a space, a quote, a query, a fragment or a character beyond ASCII`)
  return text.replace(/\/+$/, '')
}
