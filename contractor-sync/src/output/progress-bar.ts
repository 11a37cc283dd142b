import type { WriteStream } from 'node:tty'

const width = 24
/** A bar that is shorter says nothing. */
const leastWidth = 6
const redrawEveryMs = 100
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

  /** @param done entries that are through */
  show(done: number): void {
    const nowMs = performance.now()
    if (nowMs - this.#drawnAtMs < redrawEveryMs) return
    this.#drawnAtMs = nowMs
    this.#isShown = true
    // Some terminals do not say how wide they are. A line as wide as one of them would begin the next.
    const columns = (this.#terminal.columns || 80) - 1
    this.#terminal.write(`\r\u001b[2K${progressLine(done, this.total, nowMs - this.#startedAtMs, columns)}`)
  }

  /** Clears the line, for other words. */
  hide(): void {
    if (this.#isShown) this.#terminal.write('\r\u001b[2K')
    this.#isShown = false
  }
}

/**
 * `█████░░░  1,200 of 2,600 · 830/s · 2 s left`; without a total, what there is to say. Where there is little room
 * the bar is shorter or gone, then the last words are.
 */
export function progressLine(
  done: number,
  total: number | undefined,
  elapsedMs: number,
  columns: number,
): string {
  const perSecond = elapsedMs <= 0 ? 0 : (done / elapsedMs) * 1000
  const rate = `${number.format(Math.round(perSecond))}/s`
  if (total === undefined || total === 0) return fitting([`${number.format(done)} entries`, rate], columns)
  const parts = [`${number.format(done)} of ${number.format(total)}`, rate]
  if (perSecond > 0) parts.push(`${duration((total - Math.min(done, total)) / perSecond)} left`)
  const words = fitting(parts, columns)
  const barWidth = Math.min(width, columns - words.length - 2)
  if (barWidth < leastWidth) return words
  const full = Math.round(Math.min(1, done / total) * barWidth)
  return `${'█'.repeat(full)}${'░'.repeat(barWidth - full)}  ${words}`
}

/** As many of the parts, from the first, as there is room for. */
function fitting(parts: readonly string[], columns: number): string {
  const line = parts.join(' · ')
  return line.length <= columns || parts.length === 1
    ? line.slice(0, columns)
    : fitting(parts.slice(0, -1), columns)
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds)
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}
