import { ConfigError, type Environment, readConfig } from '@timesheets/runtime/config'
import { readSyncConfig, type SyncConfig, settingsFor } from '../config.ts'
import { Refused } from '../errors.ts'
import { exitCodeOf, exitCodes } from '../exit-codes.ts'
import { Patience } from '../http/retry.ts'
import { daemonSettings } from '../sync/daemon.ts'
import { explain } from '../sync/observer.ts'
import { openTracker } from '../sync/run.ts'
import { AccessToken, type IssuedToken } from '../timesheets-api/access-token.ts'
import { ApiClient, neededScope } from '../timesheets-api/client.ts'

/** Somebody waits for it: no long patience. */
const patienceMs = 5000
const requestTimeoutSeconds = 10

/**
 * Tries all that a run needs, and writes nothing: a line for each, with what to do about it.
 * @returns the exit code that a run would end with
 */
export async function check(environment: Environment): Promise<number> {
  if (!(await checkSettings(environment))) return exitCodes.refused
  const settings = await readSyncConfig(environment)
  const config = {
    ...settings,
    requestTimeoutSeconds: Math.min(requestTimeoutSeconds, settings.requestTimeoutSeconds),
  }
  const patience = new Patience({ budgetMs: Math.min(patienceMs, config.retryDeadlineSeconds * 1000) })
  const token = new AccessToken(config)
  const codes = [
    await tell('token', async () => describe(await patience.attempt(() => token.get()))),
    await tell(config.tracker.name, () => openTracker(config, patience).probe()),
    await tell('API', () => checkApi(config, token, patience)),
  ]
  // Of several, the one that an operator must act on comes first.
  return (
    [exitCodes.refused, exitCodes.unexpected, exitCodes.tryLater].find((code) => codes.includes(code)) ?? 0
  )
}

async function checkSettings(environment: Environment): Promise<boolean> {
  const { settings } = await settingsFor(environment)
  const all = { ...settings, ...daemonSettings }
  let isGood = true
  for (const setting of Object.values(all)) {
    try {
      const { value } = readConfig(environment, { value: setting })
      if (value !== undefined) good(setting.name, setting.secret ? '[secret]' : shown(value))
    } catch (error) {
      isGood = false
      for (const fault of (error as ConfigError).issues) bad(fault)
    }
  }
  if (!isGood) return false
  try {
    await readSyncConfig(environment)
    return true
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    for (const fault of error.issues) bad(fault)
    return false
  }
}

async function checkApi(config: SyncConfig, token: AccessToken, patience: Patience): Promise<string> {
  const api = new ApiClient(config, token)
  await patience.attempt(() => api.upload({ items: [], body: '[]' }, { dryRun: true }))
  return `${config.apiUrl} takes uploads of this client`
}

/** What the token says of itself; only the API knows whether that is true. */
function describe({ value, scope, lifeSeconds }: IssuedToken): string {
  const granted = [...new Set([...(scope ?? '').split(' '), ...permissionsIn(value)])].filter(
    (word) => word !== '',
  )
  if (!granted.includes(neededScope)) {
    const has = granted.length === 0 ? 'no scope at all' : granted.join(' ')
    throw new Refused(`it has ${has}; grant this client the scope ${neededScope} of the API, in Auth0`)
  }
  return `good for ${Math.round(lifeSeconds / 60)} min, with ${granted.join(' ')}`
}

/** Auth0 lists what RBAC grants in the token alone, as `permissions`. */
function permissionsIn(token: string): readonly string[] {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    return [...(claims.permissions ?? []), ...String(claims.scope ?? '').split(' ')]
  } catch {
    return []
  }
}

async function tell(what: string, attempt: () => Promise<string>): Promise<number> {
  try {
    good(what, await attempt())
    return exitCodes.clean
  } catch (error) {
    bad(`${what}: ${explain(error)}`)
    return exitCodeOf(error)
  }
}

const good = (what: string, says: string) => console.log(`✓ ${what} ${says}`)
const bad = (line: string) => console.log(`✗ ${line}`)

function shown(value: unknown): string {
  if (value instanceof Map) return `${value.size} people`
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
