const [quote, backslash, comma, bracket, brace] = [...'"\\,[{'].map((character) => character.charCodeAt(0))

/**
 * Whether a JSON text holds more values than so many, told from its bytes alone. Parsed, a value of two bytes
 * takes fifty: 16 MiB of brackets would need a gigabyte.
 */
export function holdsMoreValuesThan(max: number, json: Uint8Array): boolean {
  let values = 1
  let isInString = false
  for (let i = 0; i < json.length; i++) {
    const byte = json[i]
    if (isInString) {
      if (byte === backslash) i++
      else if (byte === quote) isInString = false
    } else if (byte === quote) isInString = true
    else if (byte === comma || byte === bracket || byte === brace) {
      values++
      if (values > max) return true
    }
  }
  return values > max
}
