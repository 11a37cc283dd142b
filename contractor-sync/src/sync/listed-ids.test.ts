import { expect, test } from '@jest/globals'
import { IdTable } from '../compact/id-table.ts'
import { ListedIds } from './listed-ids.ts'

test('says how an id was listed last, and how before', () => {
  const ids = new ListedIds(new IdTable())
  expect(ids.set('1', 'counted', 0)).toBeUndefined()
  expect(ids.set('1', 'open', undefined)).toEqual({ listing: 'counted', slot: 0 })
  expect(ids.find('1')).toEqual({ listing: 'open', slot: undefined })
})

test('does not list an id that only another reader numbered', () => {
  const idTable = new IdTable()
  const ids = new ListedIds(idTable)
  idTable.add('1')
  expect(ids.find('1')).toBeUndefined()
  expect(ids.set('1', 'empty', 3)).toBeUndefined()
})
