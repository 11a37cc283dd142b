import { writeFile } from 'node:fs/promises'
import { type Environment, optional, type Settings, setting } from '@timesheets/runtime/config'
import cron from 'node-cron'
import { readSyncConfig } from '../config.ts'
import { AccessToken } from '../timesheets-api/access-token.ts'
import type { Output } from './observer.ts'
import { type RunOptions, run } from './run.ts'
import { runOnSchedule } from './schedule.ts'

/** What the daemon takes beside what a run does. */
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
    { default: 'UTC', doc: 'The time zone of that schedule: Europe/Berlin' },
    parseTimeZone,
  ),
  syncOnStart: setting.flag('SYNC_ON_START', { default: true, doc: 'The daemon syncs once when it starts' }),
  readyPath: optional(
    setting.text('READY_PATH', {
      doc: 'A file that the daemon makes once its settings are found good: for a health check',
    }),
  ),
} satisfies Settings

/** Stays and syncs by its schedule, whatever became of the run before, until it is told to end. */
export async function daemon(
  config: DaemonConfig,
  options: RunOptions,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  // Not after a first sync: an outage is nothing that another start would mend.
  if (config.readyPath !== undefined) await writeFile(config.readyPath, '')
  const token = new AccessToken(config, signal)
  const job = async () => {
    await run(config, options, token, output, signal)
  }
  await runOnSchedule(job, {
    expression: config.schedule,
    timeZone: config.timeZone,
    onStart: config.syncOnStart,
    signal,
    onWait: (next) => output.note(`next sync: ${next?.toISOString() ?? 'never'}`, { next }),
  })
}

type DaemonConfig = Awaited<ReturnType<typeof readDaemonConfig>>

/** @throws {ConfigError} with every fault */
export function readDaemonConfig(environment: Environment) {
  return readSyncConfig(environment, daemonSettings)
}

function parseSchedule(text: string): string {
  const { valid, errors } = cron.validateDetailed(text)
  if (valid) return text
  const faults = errors.map(({ field, message }) => `${field}: ${message}`).join('; ')
  throw new Error(`"${text}" is not a cron expression (${faults})`)
}

function parseTimeZone(text: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone
  } catch {
    throw new Error(`"${text}" is not a time zone such as UTC or Europe/Berlin`)
  }
}
