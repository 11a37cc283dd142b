import { type Route, routes } from '../src/route.ts'

/** What the route table has for a request: a row, other methods of its path, or nothing. */
export type RouteMatch =
  | { readonly kind: 'route'; readonly route: Route; readonly parameters: Readonly<Record<string, string>> }
  | { readonly kind: 'other-method'; readonly allow: readonly string[] }
  | { readonly kind: 'unknown' }

/**
 * Finds the row of a request. Tests use it to find what a response is documented as; the servers route by express. A literal
 * segment precedes a parameter, whatever the method. HEAD is there wherever GET is (RFC 9110, section 9.3.2).
 * @param path canonical, without the query
 */
export function matchRoute(method: string, path: string, table: readonly Route[] = routes): RouteMatch {
  const fitting = mostLiteral(table.filter((row) => fits(row.path, path)))
  if (fitting.length === 0) return { kind: 'unknown' }
  const route = fitting.find((row) => row.method === (method === 'HEAD' ? 'GET' : method))
  if (route === undefined) return { kind: 'other-method', allow: fitting.flatMap(listMethods) }
  const parameters = matchParameters(route.path, path)
  return parameters === undefined ? { kind: 'unknown' } : { kind: 'route', route, parameters }
}

const listMethods = ({ method }: Route) => (method === 'GET' ? [method, 'HEAD'] : [method])

const isParameter = (segment: string) => segment.startsWith('{')

function fits(pattern: string, path: string): boolean {
  const segments = path.split('/')
  const expected = pattern.split('/')
  return (
    segments.length === expected.length &&
    expected.every((word, i) => (isParameter(word) ? segments[i] !== '' : word === segments[i]))
  )
}

/** Of the rows that fit, those that are literal in the first segment where they differ. */
function mostLiteral(rows: readonly Route[]): readonly Route[] {
  const shape = (row: Route) =>
    row.path
      .split('/')
      .map((word) => (isParameter(word) ? '1' : '0'))
      .join('')
  const best = rows.map(shape).sort()[0]
  return rows.filter((row) => shape(row) === best)
}

/** @returns undefined if a parameter is not percent-encoded UTF-8 */
function matchParameters(pattern: string, path: string): Record<string, string> | undefined {
  const segments = path.split('/')
  try {
    const pairs = pattern
      .split('/')
      .flatMap((word, i) =>
        isParameter(word) ? [[word.slice(1, -1), decodeURIComponent(segments[i]!)]] : [],
      )
    return Object.fromEntries(pairs)
  } catch {
    return undefined
  }
}
