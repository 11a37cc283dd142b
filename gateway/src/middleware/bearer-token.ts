import { isAwaitingContinue } from '@timesheets/runtime/http/expect-continue'
import type { Request, RequestHandler } from 'express'
import { InvalidRequestError, UnauthorizedError } from 'express-oauth2-jwt-bearer'
import { countHeader } from './header-count.ts'
import { RefusedTokenError } from './token-refusal.ts'

/** RFC 6750, section 2.1: the scheme in any case, one space or more, a b64token. */
const bearerPattern = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i

/** How much of a form is searched for a token, for how long, and in how many requests at once. */
const maxFormBytes = 16_384
const maxFormMs = 1000
const maxForms = 64

let formCount = 0

/**
 * Accepts an access token only in the header Authorization: in a URL or a form it would reach logs. Sets the header to its
 * canonical form, since `auth()` requires one space.
 */
export const bearerToken: RequestHandler = (request, response, next) => {
  if (hasTokenInQuery(request.url))
    throw new InvalidRequestError('A token in the query is not accepted; send it in the header Authorization')
  const { authorization } = request.headers
  if (countHeader(request, 'authorization') > 1)
    throw new InvalidRequestError('There are two Authorization headers; send one')
  if (authorization === undefined || !/^Bearer( |$)/i.test(authorization)) return refuseMissing(request)
  const token = bearerPattern.exec(authorization)?.[1]
  if (token === undefined) throw new RefusedTokenError('malformed')
  request.headers.authorization = `Bearer ${token}`
  response.locals.token = token
  next()
}

async function refuseMissing(request: Request): Promise<never> {
  if (await hasTokenInForm(request))
    throw new InvalidRequestError('A token in a form is not accepted; send it in the header Authorization')
  throw new UnauthorizedError('Send an access token in the header Authorization: Bearer')
}

function hasTokenInQuery(url: string): boolean {
  const queryStart = url.indexOf('?')
  return queryStart >= 0 && new URLSearchParams(url.slice(queryStart + 1)).has('access_token')
}

/** The request is rejected in any case; this decides between 400 and 401. */
async function hasTokenInForm(request: Request): Promise<boolean> {
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(request.headers['content-type'] ?? ''))
    return false
  if (formCount >= maxForms || isAwaitingContinue(request)) return false
  formCount++
  try {
    return new URLSearchParams(await readStart(request)).has('access_token')
  } finally {
    formCount--
  }
}

/** Reads a body until it ends, is long enough, takes too long, or its client leaves. */
function readStart(request: Request): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const settle = () => {
      clearTimeout(timer)
      request.off('data', append).off('end', settle).off('close', settle)
      resolve(text)
    }
    const append = (chunk: Buffer) => {
      text += chunk.toString('latin1', 0, maxFormBytes)
      if (text.length >= maxFormBytes) settle()
    }
    const timer = setTimeout(settle, maxFormMs)
    if (request.destroyed) settle()
    else request.on('data', append).once('end', settle).once('close', settle)
  })
}
