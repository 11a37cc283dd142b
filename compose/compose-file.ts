import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

const resolvePath = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))

export const composePath = resolvePath('docker-compose.yml')
export const composeText = readFileSync(composePath, 'utf8')
export const exampleText = readFileSync(resolvePath('.env.example'), 'utf8')
export const localSecretsDir = resolvePath('secrets/local')

/** A mount in compose's long syntax. */
interface ComposeMount {
  readonly type: string
  readonly source: string
  readonly target: string
  readonly read_only?: boolean
  readonly bind?: { readonly create_host_path: boolean }
}

/** The fields of a compose service that the tests read. */
export interface ComposeService {
  readonly image: string
  readonly build?: { readonly target: string }
  readonly user?: string
  readonly privileged?: boolean
  readonly network_mode?: string
  readonly read_only?: boolean
  readonly init?: boolean
  readonly cap_add?: readonly string[]
  readonly cap_drop?: readonly string[]
  readonly security_opt?: readonly string[]
  readonly restart?: string
  readonly logging?: { readonly driver: string; readonly options: Readonly<Record<string, string>> }
  readonly env_file?: readonly { readonly path: string; readonly required: boolean }[]
  readonly environment?: Readonly<Record<string, string | null>>
  readonly secrets?: readonly string[]
  readonly networks?: readonly string[]
  readonly ports?: readonly string[]
  readonly volumes?: readonly (string | ComposeMount)[]
  readonly tmpfs?: readonly string[]
  readonly labels?: Readonly<Record<string, string>>
  readonly profiles?: readonly string[]
  readonly stop_grace_period?: string
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly depends_on?: Readonly<Record<string, { condition: string; required?: boolean }>>
  readonly deploy?: { readonly resources: { readonly limits: Readonly<Record<string, string | number>> } }
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>
  readonly networks: Readonly<Record<string, { internal?: boolean }>>
  readonly secrets: Readonly<Record<string, { file: string }>>
}

/** Reads the compose file as `docker compose` does with only these variables. */
export function readComposeFile(variables: Readonly<Record<string, string>>): ComposeFile {
  return parse(interpolate(composeText, variables), { merge: true })
}

/** Parses the variables of an `.env` file. */
export function parseEnvFile(envFile: string): Record<string, string> {
  const lines = envFile.split('\n').filter((line) => /^[A-Z]/.test(line))
  return Object.fromEntries(lines.map((line) => [line.split('=')[0]!, line.slice(line.indexOf('=') + 1)]))
}

/** Replaces `${NAME}`, `${NAME:-default}` and `${NAME:?message}`; a default may contain a variable. */
function interpolate(text: string, variables: Readonly<Record<string, string>>): string {
  const innermost = /\$\{(\w+)(?::([-?])([^${}]*))?\}/g
  const replaced = text.replace(innermost, (_all, name: string, kind?: string, rest = '') => {
    if (variables[name]) return variables[name]
    if (kind === '?') throw new Error(`${name} ${rest}`)
    return rest
  })
  return replaced === text ? text : interpolate(replaced, variables)
}
