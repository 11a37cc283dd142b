import { ProblemError } from '@timesheets/contracts/problem'

/** A request's target, taken apart. */
export interface Target {
  readonly path: string
  readonly query: URLSearchParams
}

/**
 * A raw target without the scheme and host of its absolute form, which a server must take (RFC 9112, section 3.2.2);
 * what it calls us is nobody's business here. What is no such form stays as it is, to be refused.
 */
export function originForm(raw: string): string {
  const [base = '', authority] = /^https?:\/\/([^/?#@\\]+)(?=[/?]|$)/i.exec(raw) ?? []
  if (authority === undefined || !URL.canParse(base)) return raw
  const rest = raw.slice(base.length)
  return rest.startsWith('/') ? rest : `/${rest}`
}

/**
 * Takes a request's raw target apart, and refuses one that two readers could understand differently: what is
 * judged here is forwarded as it is, so it must be normal already (RFC 3986, section 6.2.2).
 * @throws {ProblemError} `invalid-request`, `invalid-parameter`
 */
export function readTarget(raw: string): Target {
  const [path = '', search = ''] = raw.split(/\?(.*)/s)
  if (!path.startsWith('/') || !isPrintableAscii(path) || /[\\#]|\/\//.test(path)) throw oddPath()
  if (!isWellEncoded(path) || holdsOddEncoding(path)) throw oddPath()
  if (path.split('/').some((segment) => segment === '.' || segment === '..')) throw oddPath()
  if (!isPrintableAscii(search) || search.includes('#') || !isWellEncoded(search)) {
    throw new ProblemError('invalid-parameter', 'The query is not well encoded (RFC 3986, section 2.1)')
  }
  return { path, query: new URLSearchParams(search) }
}

/** A letter, digit, dot, hyphen or underscore that need not be encoded, a separator, or a control character. */
function holdsOddEncoding(path: string): boolean {
  const encoded = path.match(/%[0-7][0-9a-f]/gi) ?? []
  return encoded.some((word) => /[\w.\-/\\\p{Cc}]/u.test(decodeURIComponent(word)))
}

function isPrintableAscii(text: string): boolean {
  return /^[\x21-\x7e]*$/.test(text)
}

/** Every `%` begins a byte, and the bytes are UTF-8. */
function isWellEncoded(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

function oddPath(): ProblemError {
  return new ProblemError(
    'invalid-request',
    'The path is not in its normal form: no dot segments, no empty segments, no backslashes, nothing encoded that need not be, no encoded slashes or control characters',
  )
}
