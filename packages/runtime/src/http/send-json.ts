import type { Response } from 'express'

/**
 * Sends JSON as `application/json`. `response.json` would add `; charset=utf-8`, a parameter that the media type does not
 * have (RFC 8259, section 11).
 */
export function sendJson(response: Response, body: unknown): void {
  sendJsonText(response, JSON.stringify(body))
}

/** Sends JSON that is serialized already. */
export function sendJsonText(response: Response, text: string): void {
  if (!response.hasHeader('content-type')) response.setHeader('content-type', 'application/json')
  response.send(Buffer.from(text))
}
