import { expect, test } from '@jest/globals'
import { Temporal } from 'temporal-polyfill'
import { isTimeZone, steadyHours } from './time-zone.ts'

/** Changes of the clocks by day that no contractor works through. */
const known = ['Africa/Juba 2000', 'Africa/Khartoum 2000', 'Antarctica/Casey 2018', 'Antarctica/Casey 2019']

test('between the steady hours, no zone changes its clocks', () => {
  const changes = new Set<string>()
  for (const zone of Intl.supportedValuesOf('timeZone')) {
    let at = Temporal.Instant.from('2000-01-01T00:00Z').toZonedDateTimeISO(zone)
    for (let next = at.getTimeZoneTransition('next'); next !== null && next.year < 2031; ) {
      const before = next.subtract({ nanoseconds: 1 }).toPlainTime()
      // The time that is left out, or happens twice, lies between the clocks before and after.
      for (const time of [before, next.toPlainTime()]) {
        const text = time.round('second').toString()
        if (text > steadyHours.from && text < steadyHours.before && text !== '00:00:00')
          changes.add(`${zone} ${next.year}`)
      }
      at = next
      next = at.getTimeZoneTransition('next')
    }
  }
  expect([...changes].sort()).toEqual(known)
}, 120_000)

test('a name that the IANA database lacks is no time zone', () => {
  expect(['Europe/Berlin', 'UTC', 'Mars/Base'].map(isTimeZone)).toEqual([true, true, false])
})
