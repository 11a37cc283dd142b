/**
 * Joins the lines that a process wrote to standard error before it exited into one line for a person.
 * @param lines plain text, or the JSON lines of a logger
 */
export function stderrSummary(lines: readonly string[]): string {
  return lines
    .map((line) => extractMessage(line.trim()))
    .join('; ')
    .replaceAll(':; ', ': ') // a heading and its first item
}

function extractMessage(line: string): string {
  const { msg, err } = parseLogLine(line)
  if (typeof msg !== 'string') return line
  const reason = (err as { message?: unknown } | undefined)?.message
  return typeof reason === 'string' ? `${msg}: ${reason}` : msg
}

function parseLogLine(line: string): { readonly msg?: unknown; readonly err?: unknown } {
  if (!line.startsWith('{')) return {}
  try {
    return JSON.parse(line)
  } catch {
    return {}
  }
}
