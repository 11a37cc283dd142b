import { ConfigError, type Environment, readConfig } from '@timesheets/runtime/config'
import { readSyncConfig, type SyncConfig, settingsFor } from '../config.ts'
import { ConfigurationError, RejectedRowsError } from '../errors.ts'
import { exitCodes, toExitCode } from '../exit-codes.ts'
import { RetryBudget } from '../http/retry.ts'
import { formatError } from '../output/error-message.ts'
import { toPlainText } from '../output/plain-text.ts'
import { wrapLines } from '../output/wrap.ts'
import { daemonSettings } from '../sync/daemon.ts'
import type { Rejection } from '../sync/mapping.ts'
import { People } from '../sync/people.ts'
import { Report } from '../sync/report.ts'
import { openTracker } from '../sync/run.ts'
import { AccessToken, type IssuedToken } from '../timesheets-api/access-token.ts'
import { ApiClient, type UploadItem } from '../timesheets-api/client.ts'
import { readDirectory } from '../timesheets-api/people-directory.ts'
import { requiredScope } from '../timesheets-api/refusal.ts'
import { checkRows, type RowsCheck } from './row-check.ts'

/** Short, because a person waits for the result. */
const retryBudgetMs = 5000
const requestTimeoutSeconds = 10
const maxShownLength = 500

const number = new Intl.NumberFormat('en-US')

/**
 * Tries everything that a run needs, and writes nothing. Prints one line per check; what failed, with what to do about
 * it, and a verdict come last.
 * @returns the exit code that a run would end with
 */
export async function check(environment: Environment): Promise<number> {
  const failures: string[] = []
  const code = await runChecks(environment, failures)
  for (const failure of failures) print(`✗ ${failure}`)
  const count = failures.length === 1 ? '1 check failed' : `${failures.length} checks failed`
  print(code === exitCodes.clean ? 'Ready: a sync can run.' : `Not ready: ${count}.`)
  return code
}

async function runChecks(environment: Environment, failures: string[]): Promise<number> {
  failures.push(...(await checkSettings(environment)))
  if (failures.length > 0) return exitCodes.refused
  const report: CheckReport = async (name, runCheck) => {
    try {
      printSuccess(name, await runCheck())
      return exitCodes.clean
    } catch (error) {
      const rows = error instanceof RejectedRowsError ? error.rows : []
      failures.push([`${name}: ${formatError(error)}`, ...rows.map((row) => `  ${row}`)].join('\n'))
      return toExitCode(error)
    }
  }
  const settings = await readSyncConfig(environment)
  const config = {
    ...settings,
    requestTimeoutSeconds: Math.min(requestTimeoutSeconds, settings.requestTimeoutSeconds),
  }
  const budgetMs = Math.min(retryBudgetMs, config.retryDeadlineSeconds * 1000)
  const retryBudget = new RetryBudget({ budgetMs })
  const token = new AccessToken(config)
  const codes = [
    await report('token', async () => describeToken(await retryBudget.run(() => token.get()))),
    await checkTracker(config, token, retryBudget, report),
    await report('API', () => checkApi(config, token, retryBudget)),
  ]
  // An error that an operator must act on takes precedence over one that may pass.
  const byUrgency = [exitCodes.refused, exitCodes.unexpected, exitCodes.tryLater, exitCodes.rejected]
  return byUrgency.find((code) => codes.includes(code)) ?? exitCodes.clean
}

type CheckReport = (name: string, runCheck: () => Promise<string>) => Promise<number>

/** Tries to read the tracker: a service as little as proves it, and files completely, each row as a run would. */
async function checkTracker(
  config: SyncConfig,
  token: AccessToken,
  retryBudget: RetryBudget,
  report: CheckReport,
): Promise<number> {
  const { name } = config.tracker
  const tracker = openTracker(config, retryBudget)
  if (tracker.notices === undefined) return await report(name, () => tracker.probe())
  const api = new ApiClient(config, token)
  const people = await readPeople(config, api, retryBudget, tracker.source)
  let result: RowsCheck | undefined
  const code = await report(name, async () => {
    result = await checkRows(tracker, people)
    const rejections = [...result.rejections, ...(await askApi(api, retryBudget, result))]
    if (rejections.length > 0) throw createRejectedRowsError(result, rejections)
    return `${number.format(result.accepted)} entries can be read`
  })
  for (const notice of tracker.notices) printSuccess(name, toPlainText(notice, maxShownLength))
  for (const item of result?.firstItems ?? [])
    print(`  would upload ${toPlainText(formatItem(item), maxShownLength)}`)
  return code
}

/** The directory of people decides who a row belongs to. If it cannot be read, the check of the API says why. */
async function readPeople(
  config: SyncConfig,
  api: ApiClient,
  retryBudget: RetryBudget,
  source: string,
): Promise<People> {
  // Why the API does not respond is a line of its own; without its directory, the rest can still be checked.
  const directory = await readDirectory(api, source, retryBudget).catch(() => undefined)
  return new People(config.peopleMap, config.unknownPerson, source, directory)
}

/** What only the API knows, such as the owner of the source, it says about the first items. */
async function askApi(
  api: ApiClient,
  retryBudget: RetryBudget,
  { firstItems }: RowsCheck,
): Promise<readonly Rejection[]> {
  const report = new Report({
    source: '',
    mode: 'plan',
    show: 0,
    showRejected: firstItems.length,
  })
  try {
    const results = await retryBudget.run(() => api.tryUpload(firstItems))
    for (const [i, item] of firstItems.entries()) report.addResult(item, results[i]!, {})
  } catch {
    // The check of the API fails as well, and says why.
  }
  return report.rejections
}

function createRejectedRowsError(
  { accepted, rejected }: RowsCheck,
  rejections: readonly Rejection[],
): RejectedRowsError {
  const shown = rejections.map(({ externalId, problem, reason, details }) => {
    const position = details.position === undefined ? '' : `${details.position}: `
    return toPlainText(`${externalId} (${problem}: ${position}${reason})`, maxShownLength)
  })
  const count = Math.max(rejected, rejections.length)
  if (count > shown.length) shown.push(`and ${number.format(count - shown.length)} more`)
  const counts = `${number.format(count)} of ${number.format(accepted + rejected)} entries`
  return new RejectedRowsError(`${counts} would be rejected:`, shown)
}

/** Formats an item as JSON, with spaces at which a terminal can break the line. */
const formatItem = (item: UploadItem) =>
  `{${Object.entries(item)
    .map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`)
    .join(', ')}}`

/** Prints each valid setting; returns what is wrong with the others, and with their combination. */
async function checkSettings(environment: Environment): Promise<readonly string[]> {
  const { settings } = await settingsFor(environment)
  for (const setting of Object.values({ ...settings, ...daemonSettings })) {
    try {
      const { value } = readConfig(environment, { value: setting })
      if (value !== undefined) printSuccess(setting.name, setting.secret ? '[secret]' : formatValue(value))
    } catch (error) {
      // It is among the issues of all settings.
      if (!(error instanceof ConfigError)) throw error
    }
  }
  try {
    await readSyncConfig(environment, daemonSettings)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.issues
    throw error
  }
}

async function checkApi(config: SyncConfig, token: AccessToken, retryBudget: RetryBudget): Promise<string> {
  const api = new ApiClient(config, token)
  await retryBudget.run(() => api.tryUpload([]))
  return `${config.apiUrl} accepts uploads from this client`
}

/** Describes the token by its own claims. Whether they are valid, only the API can check. */
function describeToken({ value, scope, lifeSeconds }: IssuedToken): string {
  const words = [...(scope ?? '').split(' '), ...readPermissions(value)]
  const granted = [...new Set(words)].filter((word) => word !== '')
  if (!granted.includes(requiredScope)) {
    const scopes = granted.length === 0 ? 'no scope' : granted.join(' ')
    throw new ConfigurationError(
      `it has ${scopes}; grant this client the scope ${requiredScope} of the API, in Auth0`,
    )
  }
  return `valid for ${Math.round(lifeSeconds / 60)} min, with ${granted.join(' ')}`
}

/** With RBAC, Auth0 lists the granted permissions in the claim `permissions` only. */
function readPermissions(token: string): readonly string[] {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    return [...(claims.permissions ?? []), ...String(claims.scope ?? '').split(' ')]
  } catch {
    return []
  }
}

const printSuccess = (name: string, result: string) => print(`✓ ${name} ${result}`)

const print = (line: string) => console.log(wrapLines(line, process.stdout))

function formatValue(value: unknown): string {
  if (value instanceof Map) return `${value.size} people`
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
