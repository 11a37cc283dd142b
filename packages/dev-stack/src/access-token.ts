import type { StackFile } from './stack-file.ts'

/**
 * Requests an access token from the local issuer: by client credentials for a client, by password for a person.
 * @param account a client id, or the e-mail of a person
 * @throws {Error} with one line that says why there is no token
 */
export async function fetchAccessToken(stack: StackFile, account: string): Promise<string> {
  const response = await fetch(new URL('oauth/token', stack.issuer), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ audience: stack.audience, ...buildGrant(stack, account) }),
  })
  const body = (await response.json()) as {
    access_token?: string
    error?: string
    error_description?: string
  }
  if (body.access_token === undefined) {
    throw new Error(`The issuer refused a token for ${account}: ${body.error_description ?? body.error}`)
  }
  return body.access_token
}

function buildGrant(stack: StackFile, account: string): Record<string, string> {
  const client = stack.clients[account]
  if (client?.client_secret !== undefined)
    return {
      grant_type: 'client_credentials',
      client_id: client.client_id,
      client_secret: client.client_secret,
    }
  const person = stack.people.find(({ email }) => email === account)
  if (person === undefined) {
    const clients = Object.values(stack.clients).flatMap(({ client_id, client_secret }) =>
      client_secret === undefined ? [] : [client_id],
    )
    const known = [...clients, ...stack.people.map(({ email }) => email)]
    throw new Error(`The local issuer does not know "${account}". It knows:\n  ${known.join('\n  ')}`)
  }
  return {
    grant_type: 'password',
    client_id: 'timesheets-web',
    username: person.email,
    password: person.password,
    scope: person.scopes.join(' '),
  }
}
