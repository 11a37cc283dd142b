import type { AccessToken } from './access-token.ts'
import type { SyncConfig } from './config.ts'
import type { Output } from './output.ts'
import { type RunOptions, run } from './run.ts'
import { runOnSchedule } from './schedule.ts'

/** Stays and syncs by its schedule, whatever became of the run before, until it is told to end. */
export async function daemon(
  config: SyncConfig,
  options: RunOptions,
  token: AccessToken,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
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
