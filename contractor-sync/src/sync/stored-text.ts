/** Text that the API accepts in a report: not empty, well-formed, without U+0000. */
export function shorten(text: string, maxLength: number): string {
  return text.replaceAll('\0', '').slice(0, maxLength).toWellFormed() || 'unknown'
}
