import { toText } from './cell.ts'
import type { ColumnField } from './column-field.ts'
import type { TableRow } from './export-file.ts'
import type { TableLayout } from './layout.ts'

/** Finds the value of a field in a row. */
export type CellFinder = (cells: TableRow['cells']) => unknown

/** Creates the functions that find the value of each field; texts of several columns are joined. */
export function createFinders(
  { columns }: TableLayout,
  header: readonly string[] | undefined,
): Readonly<Partial<Record<ColumnField, CellFinder>>> {
  const createFinder = (column: string): CellFinder => {
    if (header === undefined) return (cells) => findByPath(cells as Readonly<Record<string, unknown>>, column)
    const index = header.indexOf(column)
    return (cells) => (cells as readonly unknown[])[index]
  }
  const finders = Object.entries(columns).map(([field, source]): [string, CellFinder] => {
    const [first, ...others] = source.columns.map(createFinder)
    if (others.length === 0) return [field, first!]
    const find: CellFinder = (cells) => {
      const texts = [first!, ...others].flatMap((part) => toText(part(cells)) ?? [])
      return texts.length === 0 ? undefined : texts.join(' ')
    }
    return [field, find]
  })
  return Object.fromEntries(finders)
}

/** Finds a field of an object; also a nested one by its path: `project.name`. */
function findByPath(cells: Readonly<Record<string, unknown>>, column: string): unknown {
  if (Object.hasOwn(cells, column)) return cells[column]
  let value: unknown = cells
  for (const name of column.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Record<string, unknown>)[name]
  }
  return value
}
