/** So many results are kept: dates, times and projects of an export repeat. */
const maxResults = 5000

/** Remembers results of a function of one text. When too many are kept, it starts again. */
export function memoize<T>(compute: (text: string) => T): (text: string) => T {
  const results = new Map<string, { readonly value: T }>()
  return (text) => {
    const known = results.get(text)
    if (known !== undefined) return known.value
    const value = compute(text)
    if (results.size >= maxResults) results.clear()
    results.set(text, { value })
    return value
  }
}
