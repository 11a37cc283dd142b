import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Settings } from '@timesheets/runtime/config'
import { processes } from './processes.ts'

export const operationsPath = fileURLToPath(new URL('operations.md', import.meta.url))

const begin = '<!-- settings: written by `npm run docs:settings` from the tables in the code -->'
const end = '<!-- /settings -->'

/** Replaces the settings reference in the document by the settings of the code. */
export function updateReference(document: string): string {
  const [before, rest] = split(document, begin)
  const [, after] = split(rest, end)
  return `${before}${begin}\n\n${formatReference()}\n${end}${after}`
}

function split(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark)
  if (at === -1) throw new Error(`docs/operations.md has no line ${mark}`)
  return [text.slice(0, at), text.slice(at + mark.length)]
}

function formatReference(): string {
  return Object.entries(processes)
    .map(([name, settings]) => `### ${name}\n\n${formatTable(settings)}\n`)
    .join('\n')
}

function formatTable(settings: readonly Settings[string][]): string {
  const rows = settings.map((setting) => {
    const { name, kind, doc, secret } = setting
    return [`\`${name}\``, escapeCell(kind), formatDefault(setting), secret ? 'yes' : '', escapeCell(doc)]
  })
  return alignRows([['Variable', 'Type', 'Default', 'Secret', 'Description'], ...rows])
}

/** Aligns the columns as Biome formats Markdown, so that both tools agree. */
function alignRows(rows: readonly string[][]): string {
  const widths = rows[0]!.map((_title, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const line = (row: readonly string[]) =>
    `| ${row.map((text, column) => text.padEnd(widths[column]!)).join(' | ')} |`
  const [titles, ...others] = rows as [string[], ...string[][]]
  return [line(titles), line(widths.map((width) => '-'.repeat(width))), ...others.map(line)].join('\n')
}

function formatDefault({ defaultText, optional, secret }: Settings[string]): string {
  if (defaultText === undefined) return optional ? '' : '**required**'
  if (defaultText === '') return ''
  return secret ? 'local only' : `\`${defaultText}\``
}

const escapeCell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')

if (import.meta.main) {
  const before = await readFile(operationsPath, 'utf8')
  const after = updateReference(before)
  await writeFile(operationsPath, after)
  console.log(
    after === before ? 'docs/operations.md was current' : 'wrote the settings in docs/operations.md',
  )
}
