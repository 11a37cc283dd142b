const continuationIndent = '    '

/**
 * Breaks the lines of a text between words where they are wider than a terminal. A word that is wider stays whole.
 * @param stream the stream that the text goes to; elsewhere than on a terminal, the lines stay as they are
 */
export function wrapLines(text: string, { columns }: { readonly columns?: number | undefined }): string {
  // A terminal of unknown size has 0 columns.
  if (columns === undefined || columns === 0) return text
  return text
    .split('\n')
    .map((line) => (line.length > columns ? wrapLine(line, columns) : line))
    .join('\n')
}

function wrapLine(line: string, columns: number): string {
  const [start] = /^ */.exec(line)!
  const indent = start + continuationIndent
  const [first = '', ...rest] = wrapWords(line.slice(start.length).split(' '), columns - indent.length)
  return [start + first, ...rest.map((part) => indent + part)].join('\n')
}

/** Joins words to lines of at most `columns` characters. */
export function wrapWords(words: readonly string[], columns: number): string[] {
  const lines: string[] = []
  let line: string | undefined
  for (const word of words) {
    if (line === undefined) line = word
    else if (line.length + 1 + word.length <= columns) line += ` ${word}`
    else {
      lines.push(line)
      line = word
    }
  }
  return line === undefined ? lines : [...lines, line]
}
