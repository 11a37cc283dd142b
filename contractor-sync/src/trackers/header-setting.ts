import type { Setting } from '@timesheets/runtime/config'

/** A setting that is sent in a header of HTTP: printable ASCII, or it cannot be sent at all. */
export function headerSetting<T>(setting: Setting<T>): Setting<T> {
  return {
    ...setting,
    parse(text) {
      const odd = [...text].findIndex((character) => !/^[ -~]$/.test(character))
      // The text itself may be a secret.
      if (odd >= 0) throw new Error(`has a character that HTTP headers cannot carry, at place ${odd + 1}`)
      return setting.parse(text)
    },
  }
}
