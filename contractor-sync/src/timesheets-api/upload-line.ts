import { problemSchema } from '@timesheets/contracts/problem-schema'
import { type Summary, summarySchema, uploadItemResultSchema } from '@timesheets/contracts/upload'
import { z } from 'zod'
import { TransientError } from '../errors.ts'
import { parseResponse } from '../http/parse-response.ts'
import { toRefusal } from './refusal.ts'

/** A line of the response to a stream, by what it says. */
export type UploadLine =
  | { readonly kind: 'progress'; readonly progress: Summary }
  | { readonly kind: 'summary'; readonly summary: Summary }
  | { readonly kind: 'item'; readonly item: UploadItemLine }

/** What the API did with one item. */
export type UploadItemLine = z.infer<typeof itemLineSchema>

export const itemLineSchema = uploadItemResultSchema
  .pick({ index: true, status: true, message: true, correction: true, problem: true })
  .strip()
const countsSchema = summarySchema.strip()
const lineSchema = z.looseObject({})
const partialProblemSchema = problemSchema.partial()
const lineLabel = "The Timesheets API's line"

/** Parses a line; returns undefined for one of a newer API. */
export function toUploadLine(
  value: unknown,
): UploadLine | { readonly kind: 'problem'; readonly problem: unknown } | undefined {
  const line = parseResponse(lineSchema, value, lineLabel)
  if ('index' in line) return { kind: 'item', item: parseResponse(itemLineSchema, line, lineLabel) }
  if ('progress' in line)
    return { kind: 'progress', progress: parseResponse(countsSchema, line.progress, lineLabel) }
  if ('summary' in line)
    return { kind: 'summary', summary: parseResponse(countsSchema, line.summary, lineLabel) }
  return 'problem' in line ? { kind: 'problem', problem: line.problem } : undefined
}

/** What ended a stream that had begun. */
export function toLineError(problem: unknown): Error {
  const { status = 500, detail } = partialProblemSchema.safeParse(problem).data ?? {}
  if (status >= 500 || status === 429 || status === 408)
    return new TransientError(`The Timesheets API ended the upload (${detail ?? status})`, { status })
  return toRefusal({ status, body: problem })
}
