import cron, { type TaskContext } from 'node-cron'

const minuteMs = 60_000
const dayMs = 86_400_000
/** How far ahead to look for the offsets of a time zone: longer than from one summer time to the next. */
const offsetHorizonDays = 800
/** How many slots of one offset to look at for the next run; those on the wrong side of a clock change are skipped. */
const maxLookAhead = 10

/** The slots of a schedule, until it is destroyed. */
export interface Slots {
  /** The next slot; null if the schedule has none. */
  getNextRun(): Date | null
  destroy(): Promise<void>
}

/**
 * Calls back at each slot of a cron schedule in a time zone, also for slots that passed while the process slept.
 *
 * On a night when the clocks change, node-cron skips slots in the hour that does not exist, and one of two hours that
 * have the same name. So it runs the schedule once per UTC offset of the zone, where no hour is missing or repeated, and
 * `isDue` selects the slots (RFC 5545, section 3.3.5): a time that does not exist is moved by the length of the gap; of a
 * time that comes twice the first counts. A schedule of every hour is about intervals, so there both count.
 */
export function watchSlots(expression: string, timeZone: string, onSlot: () => void): Slots {
  const clock = new Clock(timeZone)
  const isHourly = cron.parse(expression).hour.length === 24
  let lastMs = Number.NEGATIVE_INFINITY
  const tasks = clock.offsets.map((offset) => {
    const isDue = (slot: Date) => clock.isDue(slot, offset, isHourly)
    const onTask = ({ date }: TaskContext) => {
      // A slot that was moved out of a gap may be at the same instant as another one.
      if (!isDue(date) || date.getTime() <= lastMs) return
      lastMs = date.getTime()
      onSlot()
    }
    const options = { timezone: formatOffset(offset), suppressMissedWarning: true }
    const task = cron.schedule(expression, onTask, options)
    task.on('execution:missed', onTask)
    return { task, isDue }
  })
  return {
    getNextRun() {
      const next = tasks.flatMap(({ task, isDue }) => task.getNextRuns(maxLookAhead).find(isDue) ?? [])
      return next.length === 0 ? null : new Date(Math.min(...next.map((date) => date.getTime())))
    },
    async destroy() {
      for (const { task } of tasks) await task.destroy()
    },
  }
}

/** The clock of a time zone. Offsets are minutes east of UTC. */
class Clock {
  readonly #format: Intl.DateTimeFormat
  /** All offsets of the zone, now and in the next years. */
  readonly offsets: readonly number[]

  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' })
    const days = Array.from({ length: offsetHorizonDays }, (_, day) => Date.now() + day * dayMs)
    this.offsets = [...new Set(days.map((ms) => this.#findOffset(ms)))]
  }

  /** True if a slot of the clock with this fixed offset is a slot of this clock. */
  isDue(slot: Date, offset: number, countsTwice: boolean): boolean {
    const wallMs = slot.getTime() + offset * minuteMs
    const valid = this.offsets.filter((other) => this.#findOffset(wallMs - other * minuteMs) === other)
    // In a gap, the offset before it applies.
    if (valid.length === 0) return offset === this.#findOffset(wallMs - dayMs)
    return countsTwice ? valid.includes(offset) : offset === Math.max(...valid)
  }

  #findOffset(instantMs: number): number {
    const name = this.#format.formatToParts(instantMs).find(({ type }) => type === 'timeZoneName')!.value
    const [, sign, hours, minutes] = /^GMT(?:([+-])(\d\d):(\d\d))?$/.exec(name) ?? []
    return sign === undefined ? 0 : Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes))
  }
}

function formatOffset(offset: number): string {
  const pad = (value: number) => String(value).padStart(2, '0')
  const minutes = Math.abs(offset)
  return `${offset < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`
}
