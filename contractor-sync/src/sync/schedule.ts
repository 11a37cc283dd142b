import { watchSlots } from './clock-changes.ts'

interface ScheduleOptions {
  /** Minute, hour, day of month, month, weekday; with six fields, the first one is seconds. */
  readonly expression: string
  readonly timeZone: string
  /** Also run once at the start. */
  readonly onStart: boolean
  /** Ends the schedule after the current run. */
  readonly signal: AbortSignal
  /** Called before each wait, with the next slot. */
  readonly onWait: (next: Date | null) => void
}

/**
 * Runs a job by a cron schedule, never twice at once. Slots during a run, or while the machine slept, are made up for
 * by one run as soon as possible.
 * @param job must not throw
 */
export async function runOnSchedule(job: () => Promise<void>, options: ScheduleOptions): Promise<void> {
  const { expression, timeZone, onStart, signal, onWait } = options
  const due = new CoalescingTrigger()
  if (onStart) due.trigger()
  const slots = watchSlots(expression, timeZone, () => due.trigger())
  signal.addEventListener('abort', () => due.trigger(), { once: true })
  try {
    while (!signal.aborted) {
      if (!due.isTriggered) onWait(slots.getNextRun())
      await due.wait()
      if (signal.aborted) return
      await job()
    }
  } finally {
    await slots.destroy()
  }
}

/** Combines all triggers since the last wait into one. */
class CoalescingTrigger {
  #isTriggered = false
  #resolve: (() => void) | undefined

  get isTriggered(): boolean {
    return this.#isTriggered
  }

  trigger(): void {
    this.#isTriggered = true
    this.#resolve?.()
  }

  /** Resolves once there was a trigger since the last call resolved. */
  async wait(): Promise<void> {
    if (!this.#isTriggered) await new Promise<void>((resolve) => (this.#resolve = resolve))
    this.#isTriggered = false
    this.#resolve = undefined
  }
}
