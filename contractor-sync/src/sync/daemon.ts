import { writeFile } from 'node:fs/promises'
import { type Environment, optional, type Settings, setting } from '@timesheets/runtime/config'
import cron from 'node-cron'
import { readSyncConfig } from '../config.ts'
import { AccessToken } from '../timesheets-api/access-token.ts'
import type { SyncObserver } from './observer.ts'
import { type RunOptions, run } from './run.ts'
import { runOnSchedule } from './schedule.ts'

/** The settings of the daemon, in addition to those of a run. */
export const daemonSettings = {
  schedule: setting.custom(
    'SYNC_SCHEDULE',
    'a cron expression',
    { default: '0 2 * * *', doc: 'When the daemon syncs: minute, hour, day, month, weekday' },
    parseSchedule,
  ),
  timeZone: setting.custom(
    'SYNC_TIME_ZONE',
    'a time zone',
    { default: 'UTC', doc: 'Time zone of the schedule: Europe/Berlin' },
    parseTimeZone,
  ),
  syncOnStart: setting.flag('SYNC_ON_START', {
    default: true,
    doc: 'Whether the daemon also syncs when it starts',
  }),
  readyPath: optional(
    setting.text('READY_PATH', {
      doc: 'A file that the daemon creates once its settings are valid, for a health check',
    }),
  ),
} satisfies Settings

/** Syncs by its schedule until the signal aborts, whether or not the run before succeeded. */
export async function daemon(
  config: DaemonConfig,
  options: RunOptions,
  observer: SyncObserver,
  signal: AbortSignal,
): Promise<void> {
  // Not after the first sync: a restart would not mend an outage.
  if (config.readyPath !== undefined) await writeFile(config.readyPath, '')
  const token = new AccessToken(config, signal)
  const job = async () => {
    await run(config, options, token, observer, signal)
  }
  await runOnSchedule(job, {
    expression: config.schedule,
    timeZone: config.timeZone,
    onStart: config.syncOnStart,
    signal,
    onWait: (next) => observer.waiting(next),
  })
}

type DaemonConfig = Awaited<ReturnType<typeof readDaemonConfig>>

/** @throws {ConfigError} naming every invalid setting */
export function readDaemonConfig(environment: Environment) {
  return readSyncConfig(environment, daemonSettings)
}

function parseSchedule(text: string): string {
  const { valid, errors } = cron.validateDetailed(text)
  if (valid) return text
  const issues = errors.map(({ field, message }) => `${field}: ${message}`).join('; ')
  throw new Error(`"${text}" is not a cron expression (${issues})`)
}

function parseTimeZone(text: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone
  } catch {
    throw new Error(`"${text}" is not a time zone such as UTC or Europe/Berlin`)
  }
}
