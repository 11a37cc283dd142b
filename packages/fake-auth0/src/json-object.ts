/**
 * What came as JSON, as an object whose members are still unknown.
 * @param at names it in the error
 * @throws {TypeError}
 */
export function jsonObject(at: string, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`${at} is not a JSON object`)
  return value as Record<string, unknown>
}
