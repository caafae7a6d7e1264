/** Owns what a person does to connect an account at the sandbox provider: press Connect, consent, come back. */
import assert from 'node:assert/strict'

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

/** `publicUrl` is the server's own: its links lead back to it. The account belongs to the token's external user. */
export async function connectAcme(publicUrl: string, connectToken: string): Promise<void> {
  const go = async (url: URL, form: Record<string, string> | undefined, headers: Record<string, string>) => {
    const answer = await fetch(url, {
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
      headers: { ...headers, ...(form === undefined ? {} : FORM) },
      redirect: 'manual',
    })
    const location = answer.headers.get('location')
    assert.equal(answer.status, 303, `${url.pathname}: ${(await answer.text()).slice(0, 500)}`)
    assert.ok(location !== null)
    return { location: new URL(location, url), cookie: answer.headers.get('set-cookie') }
  }
  const { origin } = new URL(publicUrl)
  const pressed = await go(
    new URL('/connect/attempts', publicUrl),
    { token: connectToken, app: 'acme' },
    { origin },
  )
  const consent = { person: 'ada', decision: 'allow', 'scope.read': 'on', 'scope.profile': 'on' }
  const allowed = await go(pressed.location, consent, {})
  const cookie = (pressed.cookie ?? '').split(';')[0] ?? ''
  await go(allowed.location, undefined, { cookie })
}
