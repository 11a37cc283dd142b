/** A minimal browser: it keeps cookies by path and does not follow redirects. */
export function createBrowser(base: string) {
  const cookies = new Map<string, { value: string; path: string }>()
  return async (url: string, init: RequestInit = {}): Promise<Response> => {
    const { pathname } = new URL(url, base)
    const cookie = [...cookies]
      .filter(([, { path }]) => pathname.startsWith(path))
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ')
    const response = await fetch(new URL(url, base), {
      ...init,
      redirect: 'manual',
      headers: { cookie, ...init.headers },
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
      if (value === '') cookies.delete(name!)
      else cookies.set(name!, { value: value!, path: /path=([^;]+)/i.exec(line)?.[1] ?? '/' })
    }
    return response
  }
}

export type Browser = ReturnType<typeof createBrowser>
