import { readFileSync } from 'node:fs'
import { Secret } from './secret.ts'

/** The environment as a process has it. */
export type Environment = Readonly<Record<string, string | undefined>>

/** One setting: its variable, what it means, and how its text becomes a value. */
export interface Setting<T> {
  readonly name: string
  readonly doc: string
  /** What `parse` takes, in words for a person: "a port (0–65535)". */
  readonly kind: string
  /** The text that stands in where the variable is absent; without one the variable is required. */
  readonly fallback: string | undefined
  readonly secret: boolean
  /** True where an absent variable means `undefined`. */
  readonly optional: boolean
  /** The value; throws an Error whose message says what is wrong with the text. */
  parse(text: string): T
}

export type Settings = Readonly<Record<string, Setting<unknown>>>

/** The typed configuration that a table of settings yields. */
export type ConfigOf<S extends Settings> = {
  readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never
}

/**
 * Every fault of a configuration, in one error. The process that gets it exits with 2. The message is for standard
 * error: a line for each fault where a person reads it, else one for all, since a log takes each line for an event.
 */
export class ConfigError extends Error {
  readonly faults: readonly string[]

  constructor(faults: readonly string[], isForTerminal = process.stderr.isTTY === true) {
    const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`
    super(
      `The configuration has ${count}:${isForTerminal ? `\n  ${faults.join('\n  ')}` : ` ${faults.join(' | ')}`}`,
    )
    this.name = 'ConfigError'
    this.faults = faults
  }
}

/**
 * Reads a table of settings from an environment, in one pass, with all faults reported together.
 * Any variable may be given as a file instead, by its name with the suffix `_FILE` (one trailing
 * newline is not part of the value), as orchestrators hand out secrets. An empty variable is absent.
 * @param crossChecks each looks at settings that must fit each other, and returns its faults; one that looks at
 *   a setting with a fault of its own is passed over
 * @throws {ConfigError}
 */
export function readConfig<const S extends Settings>(
  environment: Environment,
  settings: S,
  ...crossChecks: readonly ((config: ConfigOf<S>) => readonly string[])[]
): ConfigOf<S> {
  const faults: string[] = []
  const unread = new Set<PropertyKey>()
  const config: Record<string, unknown> = {}
  for (const [key, setting] of Object.entries(settings)) {
    try {
      config[key] = readSetting(environment, setting)
    } catch (error) {
      unread.add(key)
      faults.push(`${setting.name}: ${(error as Error).message} (${setting.doc})`)
    }
  }
  for (const check of crossChecks) faults.push(...faultsAmong(config as ConfigOf<S>, unread, check))
  if (faults.length > 0) throw new ConfigError(faults)
  return config as ConfigOf<S>
}

class Unread extends Error {}

function faultsAmong<C extends object>(
  config: C,
  unread: ReadonlySet<PropertyKey>,
  check: (config: C) => readonly string[],
): readonly string[] {
  const guarded = new Proxy(config, {
    get(target, key) {
      if (unread.has(key)) throw new Unread()
      return Reflect.get(target, key)
    },
  })
  try {
    return check(guarded)
  } catch (error) {
    if (error instanceof Unread) return []
    throw error
  }
}

function readSetting(environment: Environment, setting: Setting<unknown>): unknown {
  const text = readText(environment, setting.name) ?? setting.fallback
  if (text !== undefined) return setting.parse(text)
  if (setting.optional) return undefined
  throw new Error(`is not set; it takes ${setting.kind}`)
}

function readText(environment: Environment, name: string): string | undefined {
  const value = environment[name] || undefined
  const file = environment[`${name}_FILE`] || undefined
  if (file === undefined) return value
  if (value !== undefined) throw new Error(`is set twice, by itself and by ${name}_FILE; keep one`)
  let text: string
  try {
    text = readFileSync(file, 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    throw new Error(`cannot be read from ${name}_FILE=${file}: ${(error as NodeJS.ErrnoException).code}`)
  }
  if (text === '') throw new Error(`is empty in ${name}_FILE=${file}`)
  return text
}

interface Options<T> {
  readonly doc: string
  readonly default?: T
}

/** The kinds of setting. A kind with `default: undefined` left out is required, unless `optional(…)`. */
export const setting = {
  text: (name: string, options: Options<string>) => make(name, options, 'a text', (text) => text),

  oneOf: <const V extends string>(name: string, values: readonly V[], options: Options<V>) =>
    make(name, options, `one of ${values.join(', ')}`, (text) => {
      if (!values.includes(text as V)) throw new Error(`"${text}" is none of ${values.join(', ')}`)
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
        .map((word) => word.trim())
        .filter((word) => word !== ''),
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

  /** A database's connection URL: a secret, since it holds a password. */
  databaseUrl: (name: string, options: Options<string>): Setting<Secret> => ({
    ...make(name, options, 'a postgresql:// URL', (text) => {
      if (!/^postgres(ql)?:$/.test(URL.canParse(text) ? new URL(text).protocol : '')) {
        throw new Error('is not a postgresql:// URL')
      }
      return new Secret(text)
    }),
    secret: true,
  }),

  /** Any other kind: `parse` throws an Error that says what is wrong. */
  of: <T>(name: string, kind: string, options: Options<string>, parse: (text: string) => T) =>
    make(name, options, kind, parse),
}

/** The setting, absent where its variable is. */
export function optional<T>(required: Setting<T>): Setting<T | undefined> {
  return { ...required, optional: true }
}

function make<T>(
  name: string,
  options: Options<string | number | boolean>,
  kind: string,
  parse: (text: string) => T,
): Setting<T> {
  const fallback = options.default === undefined ? undefined : String(options.default)
  return { name, doc: options.doc, kind, fallback, secret: false, optional: false, parse }
}

/** An http(s) URL as text without a trailing slash: what others add their paths to, and what stands in headers. */
function parseHttpUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw new Error(`"${text}" is not an http(s) URL`)
  if (url.username !== '' || url.password !== '')
    throw new Error('holds a user name or password, which a URL must not')
  if (!/^[!$-~]+$/.test(text) || /[?#]/.test(text))
    throw new Error(`"${text}" has a space, a quote, a query, a fragment or a letter beyond ASCII`)
  return text.replace(/\/+$/, '')
}
