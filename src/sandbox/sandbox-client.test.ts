/** Who is taken for the sandbox provider's client, under each way of proving it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSandboxClient, SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET } from './sandbox-client.ts'
import { DEFAULT_SETTINGS } from './settings.ts'

const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
const inHeader = { authorization: basic(SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET) }
const inBody = {
  authorization: undefined,
  client_id: SANDBOX_CLIENT_ID,
  client_secret: SANDBOX_CLIENT_SECRET,
}

test('the header and the body each prove the client where they are asked for', () => {
  const accepted = (['either', 'basic', 'body'] as const).map((client_auth) =>
    [inHeader, inBody].map((proof) => isSandboxClient(proof, { ...DEFAULT_SETTINGS, client_auth })),
  )
  assert.deepEqual(accepted, [
    [true, true],
    [true, false],
    [false, true],
  ])
})

test('half a proof, a wrong one, and two at once prove nothing', () => {
  const proofs = [
    { authorization: undefined },
    { authorization: undefined, client_id: SANDBOX_CLIENT_ID },
    { ...inBody, client_secret: 'other' },
    { ...inBody, client_id: 'other' },
    { ...inBody, ...inHeader },
    { ...inHeader, client_id: 'other' },
    { authorization: basic(SANDBOX_CLIENT_ID, 'other') },
    { authorization: basic('other', SANDBOX_CLIENT_SECRET) },
    { authorization: 'Basic ' },
    { authorization: `Bearer ${SANDBOX_CLIENT_SECRET}` },
  ]
  for (const proof of proofs)
    assert.equal(isSandboxClient(proof, DEFAULT_SETTINGS), false, JSON.stringify(proof))
  assert.equal(isSandboxClient({ ...inHeader, client_id: SANDBOX_CLIENT_ID }, DEFAULT_SETTINGS), true)
})
