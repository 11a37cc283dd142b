import { z } from 'zod'
import type { BodyContents } from '../operation-contract.ts'

/** Describes a JSON body. */
export function json(schema: z.ZodType, examples: Readonly<Record<string, unknown>>): BodyContents {
  return { 'application/json': { schema, examples } }
}

/** Describes a table as JSON or as CSV. */
export function table(item: z.ZodType, example: unknown, csv: string): BodyContents {
  return {
    ...json(z.array(item), { page: [example] }),
    'text/csv': {
      schema: z.string().meta({
        description:
          'RFC 4180, with a header line. A cell that a spreadsheet would evaluate as a formula starts with an apostrophe',
      }),
      examples: { list: csv },
    },
  }
}

/** Describes a page of a list as JSON, or the complete list as a stream of CSV or NDJSON. */
export function list(item: z.ZodType, example: unknown, csv: string): BodyContents {
  return {
    ...table(item, example, csv),
    'application/x-ndjson': {
      schema: z.string().meta({ description: 'The complete list, one item of the JSON array per line' }),
      examples: { list: `${JSON.stringify(example)}\n` },
    },
  }
}

/** Describes a stream of JSON lines. */
export function lines(item: z.ZodType, examples: readonly unknown[]): BodyContents {
  const name = item.meta()?.id
  return {
    'application/x-ndjson': {
      schema: z
        .string()
        .meta({ description: `One JSON object per line${name === undefined ? '' : `, a \`${name}\``}` }),
      examples: { lines: examples.map((example) => `${JSON.stringify(example)}\n`).join('') },
    },
  }
}
