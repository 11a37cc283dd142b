import { describe, expect, test } from '@jest/globals'
import { contract, readFiles } from '../../../test/csv-folder.ts'
import { ConfigurationError } from '../../errors.ts'

describe('reads hours', () => {
  test.each([
    ['2.11', 2.11],
    ['"2,5"', 2.5],
    ['2:30', 2.5],
    ['0:00:36', 0.01],
    ['-1', -1],
    ['.25', 0.25],
    ['1.5h', 1.5],
    ['"1,50 h"', 1.5],
    ['1h 30m', 1.5],
    ['1h30', 1.5],
    ['35m', 35 / 60],
    ['1h ', 1],
    ['90 min', 1.5],
    ['1 hour 30 minutes 36 seconds', 1.51],
    ['47:06 min', 47 / 60 + 6 / 3600],
    ['1:30 h', 1.5],
    ['PT1H30M', 1.5],
    ['PT5436S', 1.51],
    ['24:00', 24],
    ['"=""1.5"""', 1.5],
    ['2.33333333333333333333', 7 / 3],
  ])('%s', async (text, hours) => {
    expect(await readFiles({ 'a.csv': `${contract}1,007,2026-05-10,StoreZero,${text},\n` })).toMatchObject([
      { hours },
    ])
  })

  test.each([
    ...[
      '',
      'five',
      '1.234,5',
      '1,234.5',
      '1\u00a0234.5',
      '2:75',
      '1:60',
      '1e3',
      '1:30 PM',
      '١٫٥',
      '\u22121.5',
    ],
    ...['1,5 h 2h', '30m 1h', '1 fortnight', 'P1D', 'PT', 'h', '47:06:00 min', '2 h.30'],
  ])('rejects "%s"', async (text) => {
    const good = '2,007,2026-05-10,StoreZero,1,\n'
    expect(
      await readFiles({ 'a.csv': `${contract}1,007,2026-05-10,StoreZero,"${text}",\n${good}` }),
    ).toMatchObject([
      { kind: 'unreadable', externalId: '1', reason: expect.stringContaining('a.csv, line 2: hours: ') },
      { kind: 'entry' },
    ])
  })
})

describe('a plain number in a column that does not name hours', () => {
  const rows = (column: string, ...values: string[]) =>
    contract.replace('hours', column) +
    values.map((value, i) => `${i + 1},007,2026-05-10,StoreZero,${value},\n`).join('')
  const mapping = (column: string) => ({ CSV_COLUMNS: `hours=${column}` })

  test.each(['Duration', 'Duration H:M', 'Stunden', 'Time'])('%s needs CSV_HOURS_UNIT', async (column) => {
    const reading = readFiles({ 'a.csv': rows(column, '20') }, { settings: mapping(column) })
    await expect(reading).rejects.toThrow(ConfigurationError)
    await expect(reading).rejects.toThrow(
      `a.csv, line 2: is "20" in the column ${column} a number of hours, minutes or seconds? ` +
        'Set CSV_HOURS_UNIT to hours, minutes or seconds',
    )
  })

  test.each(['Hours', 'Rounded Hours', 'totalHours', 'Duration (decimal)', 'Time (h)', 'hours_worked'])(
    '%s names hours',
    async (column) => {
      expect(await readFiles({ 'a.csv': rows(column, '1.5') }, { settings: mapping(column) })).toMatchObject([
        { hours: 1.5 },
      ])
    },
  )

  test.each([
    ['Time Spent (minutes)', '90', 1.5],
    ['seconds', '20', 20 / 3600],
    ['durationSeconds', '5430', 5430 / 3600],
  ])('%s names its unit', async (column, value, hours) => {
    expect(await readFiles({ 'a.csv': rows(column, value) }, { settings: mapping(column) })).toMatchObject([
      { hours },
    ])
  })

  test.each([
    ['hours', '2.5', 2.5],
    ['minutes', '90', 1.5],
    ['seconds', '20', 20 / 3600],
    ['seconds', '1:30', 1.5],
  ])('CSV_HOURS_UNIT=%s reads %s as %d h', async (unit, value, hours) => {
    const settings = { ...mapping('Duration'), CSV_HOURS_UNIT: unit }
    expect(await readFiles({ 'a.csv': rows('Duration', value) }, { settings })).toMatchObject([{ hours }])
  })

  test('a colon, or zero, needs no unit', async () => {
    const records = await readFiles(
      { 'a.csv': rows('Duration', '2:30', '0') },
      { settings: mapping('Duration') },
    )
    expect(records).toMatchObject([{ hours: 2.5 }, { hours: 0 }])
  })

  test('JSON needs it, too', async () => {
    const row = { external_id: '1', user_id: '007', date: '2026-05-10', project: 'P', duration: 5430 }
    const files = { 'a.json': JSON.stringify([row]) }
    await expect(readFiles(files, { settings: mapping('duration') })).rejects.toThrow('Set CSV_HOURS_UNIT')
    const settings = { ...mapping('duration'), CSV_HOURS_UNIT: 'seconds' }
    expect(await readFiles(files, { settings })).toMatchObject([{ hours: 5430 / 3600 }])
  })

  test('it is a wrong setting also where other files can be read', async () => {
    const reading = readFiles(
      { 'a.csv': rows('Duration', '1:00'), 'b.csv': rows('Duration', '1:00', '90') },
      { settings: mapping('Duration') },
    )
    await expect(reading).rejects.toThrow(ConfigurationError)
  })
})

test.each([2.3333333333333335, 0.1 + 0.2, 1e-9, 12])('a number in JSON is not rounded: %d', async (hours) => {
  const row = { external_id: '1', user_id: '007', date: '2026-05-10', project: 'StoreZero', hours }
  expect(await readFiles({ 'a.json': JSON.stringify([row]) })).toMatchObject([{ kind: 'entry', hours }])
})
