import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Settings } from '@timesheets/runtime/config'
import { processes } from './processes.ts'

export const operationsPath = fileURLToPath(new URL('operations.md', import.meta.url))

const begin = '<!-- settings: written by `npm run docs:settings` from the tables in the code -->'
const end = '<!-- /settings -->'

/** The document with the reference in it as the code has it now. */
export function withReference(document: string): string {
  const [before, rest] = split(document, begin)
  const [, after] = split(rest, end)
  return `${before}${begin}\n\n${reference()}\n${end}${after}`
}

function split(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark)
  if (at === -1) throw new Error(`docs/operations.md has no line ${mark}`)
  return [text.slice(0, at), text.slice(at + mark.length)]
}

function reference(): string {
  return Object.entries(processes)
    .map(([name, settings]) => `### ${name}\n\n${table(settings)}\n`)
    .join('\n')
}

function table(settings: readonly Settings[string][]): string {
  const rows = settings.map((setting) => {
    const { name, kind, doc, secret } = setting
    return [`\`${name}\``, cell(kind), standard(setting), secret ? 'yes' : '', cell(doc)]
  })
  return aligned([['Variable', 'Takes', 'By default', 'Secret', 'Meaning'], ...rows])
}

/** As Biome formats Markdown, or the one would undo what the other wrote. */
function aligned(rows: readonly string[][]): string {
  const widths = rows[0]!.map((_title, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const line = (row: readonly string[]) =>
    `| ${row.map((text, column) => text.padEnd(widths[column]!)).join(' | ')} |`
  const [titles, ...others] = rows as [string[], ...string[][]]
  return [line(titles), line(widths.map((width) => '-'.repeat(width))), ...others.map(line)].join('\n')
}

function standard({ defaultText, optional, secret }: Settings[string]): string {
  if (defaultText === undefined) return optional ? '' : '**required**'
  if (defaultText === '') return ''
  return secret ? 'the local stack’s' : `\`${defaultText}\``
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')

if (import.meta.main) await writeFile(operationsPath, withReference(await readFile(operationsPath, 'utf8')))
