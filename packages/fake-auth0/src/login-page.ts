import express, { type Router } from 'express'
import type { Provider } from 'oidc-provider'
import { isLoopbackUrl } from './loopback-url.ts'
import { findPerson, type Registry } from './registry.ts'

/**
 * The login page lists the people; one click logs in as one of them, without a password. Use the password grant to test
 * wrong passwords.
 * @param provider returns the current provider, which is replaced when the keys change
 */
export function loginPages(provider: () => Provider, registry: Registry): Router {
  const router = express.Router()

  router.get('/login/:uid', async (req, res) => {
    const { prompt, params } = await provider().interactionDetails(req, res)
    if (prompt.name !== 'login') {
      // `prompt=consent`: first-party clients need no consent.
      await provider().interactionFinished(req, res, { consent: {} })
      return
    }
    sendPage(res, 200, loginPage(registry, String(params.client_id), params.login_hint))
  })

  router.post('/login/:uid', express.urlencoded({ extended: false, limit: 1024 }), async (req, res) => {
    await provider().interactionDetails(req, res)
    const person = findPerson(registry, req.body?.person)
    if (person === undefined) {
      sendPage(res, 400, errorPage('Unknown person.'))
      return
    }
    await provider().interactionFinished(req, res, { login: { accountId: person.id, amr: ['pwd'] } })
  })

  router.get('/v2/logout', (req, res) => logOut(res, req.query.returnTo))
  router.get('/oidc/logout', (req, res) => {
    const { post_logout_redirect_uri: target, state } = req.query
    logOut(res, target, typeof state === 'string' ? state : undefined)
  })

  return router
}

/**
 * Deletes the session cookie, so that the next login shows the list again, and redirects to the app. Auth0 knows the
 * allowed URLs of each app; here every URL on loopback is allowed.
 */
function logOut(res: express.Response, target: unknown, state?: string): void {
  if (target !== undefined && !(typeof target === 'string' && isLoopbackUrl(target))) {
    sendPage(res, 400, page('Logout is not possible', '<p>The URL to return to is not on this machine.</p>'))
    return
  }
  const expired = { httpOnly: true, sameSite: 'lax', path: '/' } as const
  res.clearCookie('_session', expired).clearCookie('_session.sig', expired)
  if (target === undefined) {
    sendPage(res, 200, page('Logged out', '<p>You are logged out.</p>'))
    return
  }
  const url = new URL(target)
  if (state !== undefined) url.searchParams.set('state', state)
  res.redirect(302, url.href)
}

/** Renders a page that says why a login cannot continue. */
export function errorPage(message: string): string {
  return page('Login is not possible', `<p>${escapeHtml(message)}</p>`)
}

/** Sends a page with headers that forbid caching, framing and scripts. */
export function sendPage(res: express.Response, status: number, html: string): void {
  res
    .status(status)
    .set({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
    })
    .type('html')
    .send(html)
}

function loginPage(registry: Registry, clientId: string, hint: unknown): string {
  const people = registry.people
    .map(
      ({ id, name, email, role }) => `
      <button name="person" value="${escapeHtml(id)}"${email === hint ? ' autofocus' : ''}>
        <b>${escapeHtml(name)}</b> <span>${escapeHtml(role)}</span><br><small>${escapeHtml(email)}</small>
      </button>`,
    )
    .join('')
  return page(
    'Who are you?',
    `<p>Log in to <b>${escapeHtml(clientId)}</b></p><form method="post">${people}</form>
    <footer>The local stand-in for Auth0. One click logs in; none of these people exist.</footer>`,
  )
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${title}</title>
  <style>
    :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
    body { display: grid; place-items: center; min-height: 100vh; margin: 0; background: Canvas }
    main { width: min(24rem, 100vw - 4rem); padding: 2rem }
    h1 { margin: 0; font-size: 1.5rem }
    p { margin: .25rem 0 1.25rem }
    button { display: block; width: 100%; margin: .5rem 0; padding: .75rem 1rem; text-align: start; font: inherit;
      color: inherit; background: color-mix(in srgb, CanvasText 5%, Canvas); cursor: pointer;
      border: 1px solid color-mix(in srgb, CanvasText 20%, Canvas); border-radius: .5rem }
    button:hover, button:focus-visible { border-color: #36c; outline: 2px solid #36c }
    span, small, footer { color: color-mix(in srgb, CanvasText 65%, Canvas) }
    footer { margin-top: 1.5rem; font-size: .8rem }
  </style>
</head>
<body><main><h1>${title}</h1>${body}</main></body>
</html>
`
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!)
}
