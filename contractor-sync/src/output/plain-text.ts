/** What a terminal takes for a command, or shows in another order than it stands. */
const controls = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu

/** The words of others for a person's screen: cut, on one line, and without commands to the terminal. */
export function plainText(text: string, maxLength: number): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength).toWellFormed()}…` : text
  return cut.replaceAll(controls, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
