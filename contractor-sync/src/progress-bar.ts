import type { WriteStream } from 'node:tty'

const width = 24
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
    const line = progressLine(done, this.total, nowMs - this.#startedAtMs)
    // Some terminals do not say how wide they are.
    this.#terminal.write(`\r\u001b[2K${line.slice(0, (this.#terminal.columns || 80) - 1)}`)
  }

  /** Clears the line, for other words. */
  hide(): void {
    if (this.#isShown) this.#terminal.write('\r\u001b[2K')
    this.#isShown = false
  }
}

/** `█████░░░  1,200 of 2,600 · 830/s · 2 s left`; without a total, what there is to say. */
export function progressLine(done: number, total: number | undefined, elapsedMs: number): string {
  const perSecond = elapsedMs <= 0 ? 0 : (done / elapsedMs) * 1000
  const rate = `${number.format(Math.round(perSecond))}/s`
  if (total === undefined || total === 0) return `${number.format(done)} entries · ${rate}`
  const share = Math.min(1, done / total)
  const full = Math.round(share * width)
  const left = perSecond === 0 ? '' : ` · ${duration((total - Math.min(done, total)) / perSecond)} left`
  const bar = `${'█'.repeat(full)}${'░'.repeat(width - full)}`
  return `${bar}  ${number.format(done)} of ${number.format(total)} · ${rate}${left}`
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds)
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}
