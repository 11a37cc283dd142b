const [quote, backslash, comma, bracket, brace] = [...'"\\,[{'].map((character) => character.charCodeAt(0))

/**
 * Whether a JSON text contains more values than the limit, judged by its bytes alone. A parsed value takes some fifty
 * bytes, so 16 MiB of brackets would need a gigabyte.
 */
export function exceedsValueLimit(max: number, json: Uint8Array): boolean {
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
