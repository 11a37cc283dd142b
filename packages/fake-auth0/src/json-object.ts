/**
 * Checks that a JSON value is an object, and returns it with unknown fields.
 * @param at the name of the value in the error
 * @throws {TypeError}
 */
export function requireJsonObject(at: string, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`${at} is not a JSON object`)
  return value as Record<string, unknown>
}
