/** Owns the server that the contract is held against, and calling it: each answer is judged by status, content type and shape. */
import assert from 'node:assert/strict'
import { createTestServer } from '../../src/create-test-server.ts'
import { assertShape, type ShapeName } from './check-shape.ts'
import { connectAcme } from './connect-acme.ts'
import { type Answer, send, type Sent } from './send.ts'

/** A shape, or that there is no body at all. */
type Expected = ShapeName | 'nothing'
type Body = Record<string, unknown> & { id: string; data: Body[]; page_info: PageInfo }
export interface PageInfo {
  count: number
  total_count: number | null
  start_cursor: string | null
  end_cursor: string | null
}

export type ContractWorld = Awaited<ReturnType<typeof contractWorld>>

export async function contractWorld() {
  const server = await createTestServer()
  const { address, projectId } = server
  /** `GET /v1/connect/apps`: what has been answered with success. */
  const answered = new Set<string>()

  const raw = async (method: string, path: string, sent: Sent = {}): Promise<Answer> => {
    const answer = await send(address, method, path, { environment: 'development', ...sent })
    if (answer.status < 300) answered.add(`${method} ${path.split('?')[0]}`)
    return answer
  }
  async function call<Shape = Body>(
    status: number,
    shape: Expected,
    method: string,
    path: string,
    sent: Sent = {},
  ): Promise<Shape> {
    const answer = await raw(method, path, { token: accessToken, ...sent })
    assert.equal(answer.status, status, `${method} ${path}: ${answer.text.slice(0, 500)}`)
    return assertBody<Shape>(answer, shape)
  }

  const credentials = { client_id: server.clientId, client_secret: server.clientSecret }
  const issued = await send(address, 'POST', '/v1/oauth/token', {
    body: { grant_type: 'client_credentials', ...credentials },
  })
  const accessToken = assertBody<{ access_token: string }>(issued, 'AccessToken').access_token
  const P = `/v1/connect/${projectId}`

  const connectToken = async (user: string, more: object = {}) => {
    const body = { external_user_id: user, ...more }
    return (await call<{ token: string }>(200, 'ConnectToken', 'POST', `${P}/tokens`, { body })).token
  }
  return {
    ...server,
    credentials,
    accessToken,
    /** The project's part of a path. */
    P,
    answered,
    raw,
    call,
    connectToken,
    /** An account of `acme_keys`; the newest is listed first. */
    async account(user: string, name = 'With a key') {
      const body = {
        app_slug: 'acme_keys',
        cfmap_json: JSON.stringify({ api_key: 'acme_demo_key' }),
        connect_token: await connectToken(user),
        name,
      }
      return call(200, 'Account', 'POST', `${P}/accounts`, { body })
    },
    /** The account of `acme` that `user` connects at the sandbox provider. */
    async oauthAccount(user: string) {
      await connectAcme(server.url, await connectToken(user))
      const path = `${P}/accounts?app=acme&external_user_id=${encodeURIComponent(user)}`
      const { data } = await call(200, 'AccountPage', 'GET', path)
      assert.equal(data.length, 1)
      return data[0]!
    },
  }
}

/** The parsed body. A 204 has none, and says nothing about one; everything else is JSON and says so. */
export function assertBody<Shape>({ status, headers, text }: Answer, shape: Expected): Shape {
  if (shape === 'nothing') {
    assert.equal(status, 204)
    assert.equal(text, '')
    assert.equal(headers['content-type'], undefined)
    assert.ok(headers['content-length'] === undefined || headers['content-length'] === '0')
    return undefined as Shape
  }
  assert.match(String(headers['content-type']), /^application\/json(; charset=utf-8)?$/)
  const body = JSON.parse(text) as Shape
  assertShape(shape, body)
  return body
}
