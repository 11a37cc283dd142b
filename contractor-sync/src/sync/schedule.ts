import cron from 'node-cron'

interface ScheduleOptions {
  /** Minute, hour, day of month, month, weekday; a sixth field before them would be seconds. */
  readonly expression: string
  readonly timeZone: string
  /** Run once at the start. */
  readonly onStart: boolean
  /** Ends it, once the run that is under way has ended. */
  readonly signal: AbortSignal
  /** Told when the next run is due. */
  readonly onWait: (next: Date | null) => void
}

/**
 * Runs a job by a schedule, never twice at once. A slot that comes while a run is still under way, and slots
 * that passed while the machine slept, are made up for by one run, as soon as may be.
 * @param job must not throw
 */
export async function runOnSchedule(job: () => Promise<void>, options: ScheduleOptions): Promise<void> {
  const { expression, timeZone, onStart, signal, onWait } = options
  const bell = new Bell()
  if (onStart) bell.ring()
  const task = cron.schedule(expression, () => bell.ring(), {
    timezone: timeZone,
    suppressMissedWarning: true,
  })
  task.on('execution:missed', () => bell.ring())
  signal.addEventListener('abort', () => bell.ring(), { once: true })
  try {
    while (!signal.aborted) {
      if (!bell.isRung) onWait(task.getNextRun())
      await bell.rung()
      if (signal.aborted) return
      await job()
    }
  } finally {
    await task.destroy()
  }
}

/** Rings until somebody answers; ringing twice is ringing once. */
class Bell {
  #isRung = false
  #answer: (() => void) | undefined

  get isRung(): boolean {
    return this.#isRung
  }

  ring(): void {
    this.#isRung = true
    this.#answer?.()
  }

  /** Resolves when it has rung since it was last answered. */
  async rung(): Promise<void> {
    if (!this.#isRung) await new Promise<void>((resolve) => (this.#answer = resolve))
    this.#isRung = false
    this.#answer = undefined
  }
}
