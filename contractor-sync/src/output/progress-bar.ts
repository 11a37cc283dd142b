import type { WriteStream } from 'node:tty'

const maxBarWidth = 24
/** A shorter bar shows too little to be worth its place. */
const minBarWidth = 6
const redrawEveryMs = 100
/** Before this much, a rate says only how the run began: it connects, and the first entries wait for their day. */
const minElapsedMs = 1000
const minShare = 0.01
const number = new Intl.NumberFormat('en-US')

/** One line of a terminal that shows how far a run is, how fast, and how long it will still take. */
export class ProgressBar {
  readonly #terminal: WriteStream
  #startedAtMs = performance.now()
  #drawnAtMs = 0
  #isShown = false
  total: number | undefined

  constructor(terminal: WriteStream) {
    this.#terminal = terminal
  }

  start(): void {
    this.#startedAtMs = performance.now()
    this.total = undefined
  }

  /** @param done number of entries processed */
  show(done: number): void {
    const nowMs = performance.now()
    if (nowMs - this.#drawnAtMs < redrawEveryMs) return
    this.#drawnAtMs = nowMs
    this.#isShown = true
    // Some terminals report no width. A line of the full width would wrap.
    const columns = (this.#terminal.columns || 80) - 1
    this.#terminal.write(`\r\u001b[2K${formatProgress(done, this.total, nowMs - this.#startedAtMs, columns)}`)
  }

  /** Clears the line, so that other text can be written. */
  hide(): void {
    if (this.#isShown) this.#terminal.write('\r\u001b[2K')
    this.#isShown = false
  }
}

/**
 * Formats `█████░░░  1,200 of 2,600 · 830/s · 2 s left`, or what is known without a total and in the first second. In a
 * narrow terminal the bar shrinks and disappears first, then the last parts.
 */
export function formatProgress(
  done: number,
  total: number | undefined,
  elapsedMs: number,
  columns: number,
): string {
  const perSecond = (done / elapsedMs) * 1000
  const rate = elapsedMs < minElapsedMs ? [] : [`${number.format(Math.round(perSecond))}/s`]
  if (total === undefined || total === 0)
    return joinFitting([`${number.format(done)} entries`, ...rate], columns)
  const parts = [`${number.format(done)} of ${number.format(total)}`, ...rate]
  if (rate.length > 0 && done >= minShare * total)
    parts.push(`${formatDuration((total - Math.min(done, total)) / perSecond)} left`)
  const text = joinFitting(parts, columns)
  const barWidth = Math.min(maxBarWidth, columns - text.length - 2)
  if (barWidth < minBarWidth) return text
  const full = Math.round(Math.min(1, done / total) * barWidth)
  return `${'█'.repeat(full)}${'░'.repeat(barWidth - full)}  ${text}`
}

/** Joins as many of the first parts as fit. */
function joinFitting(parts: readonly string[], columns: number): string {
  const line = parts.join(' · ')
  return line.length <= columns || parts.length === 1
    ? line.slice(0, columns)
    : joinFitting(parts.slice(0, -1), columns)
}

function formatDuration(seconds: number): string {
  const whole = Math.ceil(seconds)
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}
