import type { Response } from 'express'
import type { Fault } from './faults.ts'
import { faultsOf } from './inject-faults.ts'
import type { Page } from './paging.ts'

type Body = Record<string, unknown>

/** Sends a body with 200, spoilt by the faults that hit the request. */
export function answer(response: Response, body: object): void {
  const faults = faultsOf(response)
  const text = JSON.stringify(faults.reduce(spoil, body as Body))
  const has = (kind: Fault['fault']) => faults.some(({ fault }) => fault === kind)
  if (has('not-json')) response.type('html').send('<!DOCTYPE html><title>Sign in · Harvest</title>')
  else if (has('truncated')) response.type('json').send(firstHalf(text))
  else if (has('reset-midway')) breakOff(response, text)
  else response.type('json').send(text)
}

function spoil(body: Body, fault: Fault): Body {
  switch (fault.fault) {
    case 'empty':
      return {}
    case 'no-rows':
      return withoutRows(body)
    case 'page-repeated':
      return leadingToItself(body)
    case 'missing-field':
      return changed(body, fault, ({ [fault.field]: _gone, ...rest }) => rest)
    case 'changed-type':
      return changed(body, fault, (object) => ({
        ...object,
        [fault.field]: fault.value === undefined ? asText(object[fault.field]) : fault.value,
      }))
    default:
      return body
  }
}

/** The body with its field, or its row's, changed. */
function changed(body: Body, { field, row }: Fault, change: (object: Body) => Body): Body {
  const member = rowsMember(body)
  if (member === undefined || Object.hasOwn(body, field)) return change(body)
  const rows = body[member] as readonly Body[]
  return { ...body, [member]: rows.map((object, index) => (index === row ? change(object) : object)) }
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function withoutRows(body: Body): Body {
  const member = rowsMember(body)
  if (member === undefined) return body
  const links = { ...(body.links as object), next: null }
  return { ...body, [member]: [], total_entries: 0, total_pages: 1, next_page: null, links }
}

function leadingToItself(body: Body): Body {
  if (body.links === undefined) return body
  const { links, page } = body as unknown as Page
  const itself = new URL(links.first)
  itself.searchParams.set('page', String(page))
  return { ...body, next_page: page, links: { ...links, next: itself.href } }
}

/** The name of a list's rows; of a single object, none. */
function rowsMember(body: Body): string | undefined {
  return ['time_entries', 'users'].find((member) => Array.isArray(body[member]))
}

/** Promises the whole body and ends the connection after half of it. */
function breakOff(response: Response, text: string): void {
  response.type('json').set('Content-Length', String(Buffer.byteLength(text)))
  response.write(firstHalf(text), () => response.socket?.destroy())
}

function firstHalf(text: string): Buffer {
  const bytes = Buffer.from(text)
  return bytes.subarray(0, bytes.length >>> 1)
}
