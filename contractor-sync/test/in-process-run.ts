import { readSyncConfig } from '../src/config.ts'
import type { Rejection } from '../src/sync/mapping.ts'
import type { Report } from '../src/sync/report.ts'
import { type RunOptions, run } from '../src/sync/run.ts'
import { AccessToken } from '../src/timesheets-api/access-token.ts'
import type { TestEnvironment } from './test-environment.ts'

/** Runs a sync in this process, against the processes of the environment: many runs in little time. */
export async function runInProcess(
  env: TestEnvironment,
  options: Partial<RunOptions> = {},
  settings: Readonly<Record<string, string>> = {},
): Promise<Report & { readonly rejected: readonly Rejection[] }> {
  const config = await readSyncConfig({ ...env.settings, ...settings })
  const { signal } = new AbortController()
  const rejected: Rejection[] = []
  const observer = {
    started() {},
    total() {},
    progress() {},
    rejected: (rejection: Rejection) => rejected.push(rejection),
    retrying() {},
    finished() {},
    waiting() {},
  }
  const all: RunOptions = {
    since: undefined,
    until: undefined,
    full: false,
    mode: 'sync',
    allowDeletesOf: undefined,
    show: undefined,
    ...options,
  }
  const report = await run(config, all, new AccessToken(config), observer, signal)
  return Object.assign(report, { rejected })
}
