/**
 * What a process said on standard error before it ended, in one line for a person.
 * @param lines as they came: plain text, or a logger's JSON
 */
export function lastWords(lines: readonly string[]): string {
  return lines
    .map((line) => spoken(line.trim()))
    .join('; ')
    .replaceAll(':; ', ': ') // a heading and what stands under it
}

function spoken(line: string): string {
  const { msg, err } = readJson(line)
  if (typeof msg !== 'string') return line
  const why = (err as { message?: unknown } | undefined)?.message
  return typeof why === 'string' ? `${msg}: ${why}` : msg
}

function readJson(line: string): { readonly msg?: unknown; readonly err?: unknown } {
  if (!line.startsWith('{')) return {}
  try {
    return JSON.parse(line)
  } catch {
    return {}
  }
}
