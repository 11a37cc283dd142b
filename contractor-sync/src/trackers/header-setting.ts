import type { Setting } from '@timesheets/runtime/config'

/** Restricts a setting to printable ASCII, because its value is sent in an HTTP header. */
export function headerSetting<T>(setting: Setting<T>): Setting<T> {
  return {
    ...setting,
    parse(text) {
      const index = [...text].findIndex((character) => !/^[ -~]$/.test(character))
      // The message must not show the text, which may be a secret.
      if (index >= 0)
        throw new Error(`has a character that HTTP headers cannot carry, at position ${index + 1}`)
      return setting.parse(text)
    },
  }
}
