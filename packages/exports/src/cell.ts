/** Returns the text of a cell without blanks around it; undefined for an empty or blank one. */
export const toText = (value: unknown): string | undefined => toRawText(value)?.trim()

/** Returns the text of a cell with the blanks around it; undefined for an empty or blank one. */
export function toRawText(value: unknown): string | undefined {
  if (value instanceof Date) return formatSheetDate(value)
  if (typeof value === 'number') return findIssue(value) === undefined ? String(value) : undefined
  return typeof value === 'string' && value.trim() !== '' ? value : undefined
}

/** A spreadsheet's date has no offset: `2026-09-01`, or `2026-09-01T09:00:00`. */
export function formatSheetDate(date: Date): string {
  const [day = '', time = ''] = date.toISOString().split('T')
  return time.startsWith('00:00:00') ? day : `${day}T${time.slice(0, 8)}`
}

/** Describes a JSON value that is neither text nor number, or a number that JSON parsing rounds. */
export function findIssue(value: unknown): string | undefined {
  if (value === undefined || value === null || typeof value === 'string' || value instanceof Date)
    return undefined
  if (typeof value !== 'number')
    return `is ${Array.isArray(value) ? 'a list' : `of type ${typeof value}`}, not a text`
  if (Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value)) return undefined
  return 'is too large for a JSON number; export it as a text, in quotes'
}

/** Parses a cell that says yes or no; returns undefined if it says neither. */
export function parseFlag(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  const text = (typeof value === 'number' ? String(value) : (toText(value) ?? '')).toLowerCase()
  if (['true', 'yes', 'y', '1', 'running'].includes(text)) return true
  return ['', 'false', 'no', 'n', '0'].includes(text) ? false : undefined
}
