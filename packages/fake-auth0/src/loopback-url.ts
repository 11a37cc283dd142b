const hosts = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** Returns true for an http(s) URL or origin on loopback, with any port. */
export function isLoopbackUrl(url: string): boolean {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  return (
    parsed !== undefined &&
    /^https?:$/.test(parsed.protocol) &&
    hosts.has(parsed.hostname) &&
    parsed.username === ''
  )
}
