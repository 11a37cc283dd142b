/** Control characters, which a terminal executes, and those that change the direction of text. */
const controls = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu

/** Makes text from outside safe to show: on one line, at most `maxLength` characters, control characters escaped. */
export function toPlainText(text: string, maxLength: number): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength).toWellFormed()}…` : text
  return cut.replaceAll(controls, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
