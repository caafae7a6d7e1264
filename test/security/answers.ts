/** Owns sending a request and judging its answer: the macros of the catalogue of security cases. */
import assert from 'node:assert/strict'

export interface Answer {
  status: number
  headers: Headers
  text: string
}

export interface Sent {
  headers?: Record<string, string>
  /** Sent as `Authorization: Bearer`. */
  token?: string
  /** Sent as `x-pd-environment`. */
  environment?: string
  /** An object goes as JSON; a string or bytes as they are, with the content type of `headers`. */
  body?: unknown
  /** A form, instead of `body`. */
  form?: Record<string, string>
}

/** `address` is `world.address` or that of the second process. Redirects are not followed. */
export async function send(address: string, method: string, path: string, sent: Sent = {}): Promise<Answer> {
  const headers = new Headers(sent.headers)
  if (sent.token !== undefined) headers.set('authorization', `Bearer ${sent.token}`)
  if (sent.environment !== undefined) headers.set('x-pd-environment', sent.environment)
  let body: string | Uint8Array<ArrayBuffer> | undefined
  if (sent.form !== undefined) {
    body = new URLSearchParams(sent.form).toString()
    headers.set('content-type', 'application/x-www-form-urlencoded')
  } else if (typeof sent.body === 'string' || sent.body instanceof Uint8Array) {
    body = sent.body as string | Uint8Array<ArrayBuffer>
  } else if (sent.body !== undefined) {
    body = JSON.stringify(sent.body)
    if (!headers.has('content-type')) headers.set('content-type', 'application/json')
  }
  const response = await fetch(address + path, {
    method,
    headers,
    redirect: 'manual',
    ...(body === undefined ? {} : { body }),
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

export const jsonOf = <Shape = Record<string, unknown>>(answer: Answer): Shape =>
  JSON.parse(answer.text) as Shape

/** What an answer was, for the message of a failed assertion. */
const shown = (answer: Answer) => `${answer.status} ${answer.text.slice(0, 300)}`

export function assertStatus(answer: Answer, status: number): void {
  assert.equal(answer.status, status, shown(answer))
}

function assertErrorShape(answer: Answer): void {
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json/, shown(answer))
  assert.equal(typeof jsonOf(answer)['error'], 'string', shown(answer))
  assert.doesNotMatch(answer.text, /\bat .+\.ts:\d|node_modules|FST_|SQLITE|select /i)
}

/** 401 without any hint: no credential was there to judge. */
export function assert401Bare(answer: Answer): void {
  assertStatus(answer, 401)
  assertErrorShape(answer)
  assert.equal(answer.headers.get('www-authenticate'), 'Bearer realm="headgate"')
}

export function assert401Invalid(answer: Answer): void {
  assertStatus(answer, 401)
  assertErrorShape(answer)
  assert.equal(answer.headers.get('www-authenticate'), 'Bearer realm="headgate", error="invalid_token"')
}

/** `scope`: exactly what is missing. */
export function assert403Scope(answer: Answer, scope: string): void {
  assertStatus(answer, 403)
  assertErrorShape(answer)
  assert.equal(
    answer.headers.get('www-authenticate'),
    `Bearer realm="headgate", error="insufficient_scope", scope="${scope}"`,
  )
}

/** 403 for what this kind of caller may never do, or not from there; `code` as the API documents it. */
export function assert403(answer: Answer, code: string): void {
  assertStatus(answer, 403)
  assertErrorShape(answer)
  assert.equal(jsonOf(answer)['code'], code, shown(answer))
}

/** 404 with the bytes of `unknown`, the answer to a random unknown id; only the request id and the time may differ. */
export function assert404Same(answer: Answer, unknown: Answer): void {
  assertStatus(answer, 404)
  assertSame(answer, unknown)
}

/** Equal status, headers and bytes, but for the request id and the time. */
export function assertSame(answer: Answer, other: Answer): void {
  const visible = ({ status, headers, text }: Answer) => ({
    status,
    headers: [...headers].filter(
      ([name]) => !['x-request-id', 'date', 'connection', 'keep-alive'].includes(name),
    ),
    text,
  })
  assert.deepEqual(visible(answer), visible(other))
}

export function assert400(answer: Answer): void {
  assertStatus(answer, 400)
  assertErrorShape(answer)
}

/** An error of the OAuth endpoints: RFC 6749 section 5.2 shape, never cached. */
export function assertTokenError(answer: Answer, error: string, status: number): void {
  assertStatus(answer, status)
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json/)
  const body = jsonOf(answer)
  assert.equal(body['error'], error, shown(answer))
  const others = Object.keys(body).filter(
    (name) => !['error', 'error_description', 'error_uri'].includes(name),
  )
  assert.deepEqual(others, [], 'members that RFC 6749 does not know')
  assert.match((body['error_description'] ?? '') as string, /^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/)
  assert.equal(answer.headers.get('cache-control'), 'no-store')
  assert.equal(answer.headers.get('pragma'), 'no-cache')
  assert.equal(answer.headers.get('set-cookie'), null)
}

/** No answer to a browser's foreign page. */
export function assertNoCors(answer: Answer): void {
  const cors = [...answer.headers.keys()].filter((name) => name.startsWith('access-control-'))
  assert.deepEqual(cors, [])
}
