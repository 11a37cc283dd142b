const hosts = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** True for a URL or an origin on this machine, whatever its port. */
export function isLoopback(url: string): boolean {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  return (
    parsed !== undefined &&
    /^https?:$/.test(parsed.protocol) &&
    hosts.has(parsed.hostname) &&
    parsed.username === ''
  )
}
