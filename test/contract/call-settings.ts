/** Owns calling what a developer sets in a project: app overrides, the webhook of an environment, name and logo (contract rows 40 to 55). */
import assert from 'node:assert/strict'
import type { ContractWorld } from './contract-world.ts'

const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

export async function callSettings(world: ContractWorld): Promise<void> {
  await callOverrides(world)
  await callWebhook(world)
  await callProject(world)
}

async function callOverrides({ call, P }: ContractWorld): Promise<void> {
  const O = `${P}/app_overrides`
  const made = await call(200, 'AppOverride', 'POST', O, {
    body: { app: 'zendesk', name: 'Ours', cfmap: { subdomain: 'acme' } },
  })
  await call(200, 'AppOverride', 'GET', `${O}/${made.id}`)
  await call(200, 'AppOverridePage', 'GET', `${O}?app=zendesk`)
  const changed = await call(200, 'AppOverride', 'PUT', `${O}/${made.id}`, {
    body: { name: 'Theirs', oauth_app_id: null },
  })
  assert.deepEqual([changed['name'], changed['cfmap']], ['Theirs', { subdomain: 'acme' }])
  await call(400, 'Error', 'POST', O, { body: { app: 'zendesk', name: 'x', cfmap: { no_such_field: '1' } } })
  await call(204, 'nothing', 'DELETE', `${O}/${made.id}`)
  await call(404, 'Error', 'GET', `${O}/${made.id}`)
}

async function callWebhook({ call, P }: ContractWorld): Promise<void> {
  const W = `${P}/webhook`
  const body = { url: 'https://hooks.example.com/' }
  await call(200, 'NoWebhookAnswer', 'GET', W)
  await call(200, 'WebhookWithKeyAnswer', 'PUT', W, { body })
  await call(200, 'WebhookAnswer', 'PUT', W, { body })
  await call(200, 'WebhookAnswer', 'GET', W)
  await call(200, 'WebhookWithKeyAnswer', 'POST', `${W}/regenerate_signing_key`)
  await call(204, 'nothing', 'DELETE', W)
}

async function callProject({ call, raw, accessToken, P }: ContractWorld): Promise<void> {
  const changed = await call(200, 'Project', 'PATCH', P.replace('/connect/', '/connect/projects/'), {
    body: { app_name: 'Zebra Books' },
  })
  assert.equal(changed['app_name'], 'Zebra Books')
  const project = `/v1/connect/projects/${changed.id}`
  assert.equal((await call(200, 'Project', 'GET', project))['app_name'], 'Zebra Books')
  // The SDKs ignore the body of this one.
  const logo = { logo: `data:image/png;base64,${PIXEL}` }
  assert.equal((await raw('POST', `${project}/logo`, { token: accessToken, body: logo })).status, 200)
  await call(400, 'Error', 'POST', `${project}/logo`, {
    body: { logo: 'data:image/svg+xml;base64,PHN2Zy8+' },
  })
}
