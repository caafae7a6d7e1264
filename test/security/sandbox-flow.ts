/** Owns the steps of a person who signs in at the sandbox provider: off to the consent screen, a decision, and back. */
import { type Answer, assertStatus, send } from './answers.ts'
import type { World } from './harness.ts'

export interface Departure {
  /** Of the consent screen. */
  authorize: URL
  state: string
  cookie: string
}

/** The link flow up to the consent screen. In `development` the sandbox's OAuth app is the default of `acme`. */
export async function depart(world: World, connectToken: string, oauthAppId?: string): Promise<Departure> {
  const form = { token: connectToken, app: 'acme', ...(oauthAppId === undefined ? {} : { oauthAppId }) }
  const headers = { origin: new URL(world.server.url).origin }
  const answer = await send(world.address, 'POST', '/connect/attempts', { form, headers })
  assertStatus(answer, 303)
  const authorize = new URL(answer.headers.get('location') ?? '')
  return {
    authorize,
    state: authorize.searchParams.get('state') ?? '',
    cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '',
  }
}

/** The person allows everything; returns the address that the provider sends the browser back to. */
export async function consent(world: World, { authorize }: Departure): Promise<URL> {
  const form = { person: 'ada', decision: 'allow', 'scope.read': 'on', 'scope.profile': 'on' }
  const answer = await send(world.address, 'POST', authorize.pathname + authorize.search, { form })
  return new URL(answer.headers.get('location') ?? '')
}

/** What the provider answers in the address, brought by the browser that left. */
export function comeBack(
  world: World,
  { authorize, state, cookie }: Departure,
  query: Record<string, string>,
): Promise<Answer> {
  const { pathname } = new URL(authorize.searchParams.get('redirect_uri') ?? '')
  const search = new URLSearchParams({ state, ...query })
  return send(world.address, 'GET', `${pathname}?${search.toString()}`, { headers: { cookie } })
}
