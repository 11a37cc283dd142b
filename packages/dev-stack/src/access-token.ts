import type { StackFile } from './stack-file.ts'

/**
 * A token from the local issuer for one of its clients (Client Credentials) or people (password).
 * @param who a client's name or a person's e-mail
 * @throws an Error of one line
 */
export async function accessTokenFor(stack: StackFile, who: string): Promise<string> {
  const response = await fetch(new URL('oauth/token', stack.issuer), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ audience: stack.audience, ...grantFor(stack, who) }),
  })
  const answer = (await response.json()) as {
    access_token?: string
    error?: string
    error_description?: string
  }
  if (answer.access_token === undefined) {
    throw new Error(`The issuer gives ${who} no token: ${answer.error_description ?? answer.error}`)
  }
  return answer.access_token
}

function grantFor(stack: StackFile, who: string): Record<string, string> {
  const client = stack.clients[who]
  if (client?.client_secret !== undefined)
    return {
      grant_type: 'client_credentials',
      client_id: client.client_id,
      client_secret: client.client_secret,
    }
  const person = stack.people.find(({ email }) => email === who)
  if (person === undefined) {
    const clients = Object.values(stack.clients).flatMap((known) =>
      known.client_secret === undefined ? [] : [known.client_id],
    )
    const known = [...clients, ...stack.people.map(({ email }) => email)]
    throw new Error(`There is no "${who}"; there are: ${known.join(', ')}`)
  }
  return {
    grant_type: 'password',
    client_id: 'timesheets-web',
    username: person.email,
    password: person.password,
    scope: person.scopes.join(' '),
  }
}
