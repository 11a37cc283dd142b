import { z } from 'zod'
import type { Contents } from '../operation-contract.ts'

/** A body of JSON. */
export function json(schema: z.ZodType, examples: Readonly<Record<string, unknown>>): Contents {
  return { 'application/json': { schema, examples } }
}

/** A table as JSON or as CSV. */
export function table(item: z.ZodType, example: unknown, csv: string): Contents {
  return {
    ...json(z.array(item), { page: [example] }),
    'text/csv': {
      schema: z.string().meta({
        description:
          'RFC 4180, with a header. A cell that a spreadsheet would take for a formula begins with an apostrophe',
      }),
      examples: { whole: csv },
    },
  }
}

/** A page of a list as JSON, or the whole list as a stream. */
export function list(item: z.ZodType, example: unknown, csv: string): Contents {
  return {
    ...table(item, example, csv),
    'application/x-ndjson': {
      schema: z.string().meta({ description: 'The whole list, a line an item, each as in the JSON array' }),
      examples: { whole: `${JSON.stringify(example)}\n` },
    },
  }
}
