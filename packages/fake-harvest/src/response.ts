import type { Response } from 'express'
import type { Fault } from './faults.ts'
import { activeFaults } from './inject-faults.ts'
import type { Page } from './paging.ts'

type Body = Record<string, unknown>

/** Sends a body with status 200, after the active faults of the request have corrupted it. */
export function sendBody(response: Response, body: object): void {
  const faults = activeFaults(response)
  const text = JSON.stringify(faults.reduce(corruptResponse, body as Body))
  const has = (kind: Fault['fault']) => faults.some(({ fault }) => fault === kind)
  if (has('not-json')) response.type('html').send('<!DOCTYPE html><title>Sign in · Harvest</title>')
  else if (has('truncated')) response.type('json').send(firstHalf(text))
  else if (has('reset-midway')) resetMidway(response, text)
  else response.type('json').send(text)
}

function corruptResponse(body: Body, fault: Fault): Body {
  switch (fault.fault) {
    case 'empty':
      return {}
    case 'no-rows':
      return withoutRows(body)
    case 'page-repeated':
      return linkToPage(body, 0)
    case 'page-missing':
      return linkToPage(body, 2)
    case 'page-short':
      return withoutLastRow(body)
    case 'extra-field':
      return withExtraField(body, fault.field)
    case 'missing-field':
      return changeObject(body, fault, ({ [fault.field]: _gone, ...rest }) => rest)
    case 'changed-type':
      return changeObject(body, fault, (object) => ({
        ...object,
        [fault.field]: fault.value === undefined ? toText(object[fault.field]) : fault.value,
      }))
    default:
      return body
  }
}

/** Changes the object that has the field: the body itself, or one row of its list. */
function changeObject(body: Body, { field, row }: Fault, change: (object: Body) => Body): Body {
  const rowsField = findRowsField(body)
  if (rowsField === undefined || Object.hasOwn(body, field)) return change(body)
  const rows = body[rowsField] as readonly Body[]
  return { ...body, [rowsField]: rows.map((object, index) => (index === row ? change(object) : object)) }
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function withoutRows(body: Body): Body {
  const rowsField = findRowsField(body)
  if (rowsField === undefined) return body
  const links = { ...(body.links as object), next: null }
  return { ...body, [rowsField]: [], total_entries: 0, total_pages: 1, next_page: null, links }
}

/** Sets the next page to another one; there is none after the last page. */
function linkToPage(body: Body, offset: number): Body {
  if (body.links === undefined) return body
  const { links, page, total_pages: last } = body as unknown as Page
  const next = page + offset
  if (next > last) return { ...body, next_page: null, links: { ...links, next: null } }
  const url = new URL(links.first)
  url.searchParams.set('page', String(next))
  return { ...body, next_page: next, links: { ...links, next: url.href } }
}

function withExtraField(body: Body, field: string): Body {
  const rowsField = findRowsField(body)
  if (rowsField === undefined) return { ...body, [field]: 'extra' }
  return { ...body, [rowsField]: (body[rowsField] as Body[]).map((row) => ({ ...row, [field]: 'extra' })) }
}

function withoutLastRow(body: Body): Body {
  const rowsField = findRowsField(body)
  return rowsField === undefined
    ? body
    : { ...body, [rowsField]: (body[rowsField] as unknown[]).slice(0, -1) }
}

/** Returns the name of the field with the rows of a list; undefined for a single object. */
function findRowsField(body: Body): string | undefined {
  return ['time_entries', 'users'].find((field) => Array.isArray(body[field]))
}

/** Sends the Content-Length of the whole body, and closes the connection after half of the body. */
function resetMidway(response: Response, text: string): void {
  response.type('json').set('Content-Length', String(Buffer.byteLength(text)))
  response.write(firstHalf(text), () => response.socket?.destroy())
}

function firstHalf(text: string): Buffer {
  const bytes = Buffer.from(text)
  return bytes.subarray(0, bytes.length >>> 1)
}
