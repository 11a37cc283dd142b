/** Preloaded into a process of contractor-sync (`node --import`): its clock is wrong by `CLOCK_ERROR_MS`. */
const errorMs = Number(process.env.CLOCK_ERROR_MS)
const RealDate = Date

class ShiftedDate extends RealDate {
  constructor(...values: [] | [number]) {
    if (values.length === 0) super(RealDate.now() + errorMs)
    else super(...values)
  }

  static override now(): number {
    return RealDate.now() + errorMs
  }
}

globalThis.Date = ShiftedDate as DateConstructor
