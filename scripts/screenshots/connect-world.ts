/** Owns a whole server with a product, its people and its apps, for looking at the Connect page; everything on this machine. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { projectEnvironmentOfRow } from '../../src/access/project-environment.ts'
import { ensureWebBuilt } from '../../src/bootstrap/build-web.ts'
import { createConnectToken } from '../../src/connect-tokens/create-connect-token.ts'
import { createTestServer } from '../../src/create-test-server.ts'
import { createOAuthApp } from '../../src/oauth-apps/create-oauth-app.ts'
import { sandboxApps } from '../../src/sandbox/sandbox-apps.ts'

export type ConnectWorld = Awaited<ReturnType<typeof openConnectWorld>>
type TokenBody = Partial<Parameters<typeof createConnectToken>[2]>

/** Apps that sign in and have an OAuth app of the product's own here. */
const OAUTH_APPS = ['github', 'slack_v2', 'google_sheets', 'notion', 'hubspot', 'zendesk']

/** `clients`: slug -> the OAuth client to use in place of one that nobody knows. */
export async function openConnectWorld(
  clients: Readonly<Record<string, { client_id: string; client_secret: string }>> = {},
) {
  await ensureWebBuilt()
  const server = await createTestServer()
  const { app, projectId, url } = server
  const { catalog } = await app.catalog.imagine(sandboxApps(url).map(named))
  app.catalog.current = catalog
  await app.db.write((tx) =>
    tx
      .updateTable('projects')
      .set({ app_name: 'Zebra Books', support_email: 'help@zebra-books.example' })
      .where('id', '=', projectId)
      .execute(),
  )
  app.projects.forget(projectId)
  const project = await app.projects.find(projectId)
  if (!project) throw new Error('the server has made no project')
  const env = projectEnvironmentOfRow(project.workspace_id, {
    project_id: projectId,
    environment: 'development',
  })
  const operator = { kind: 'operator', id: null }
  // The first OAuth app of an app is its default.
  for (const slug of OAUTH_APPS)
    await createOAuthApp(
      app,
      env,
      {
        app: slug,
        client_id: 'zebra-client',
        client_secret: 'zebra-secret-0123456789',
        ...clients[slug],
      },
      operator,
    )
  const site = await serveSite()
  const token = async (body: TokenBody = {}) =>
    (await createConnectToken(app, env, { external_user_id: 'ada@example.com', ...body })).token
  return {
    ...server,
    env,
    token,
    /** The address of the page, with a token of its own. */
    async page(query: Record<string, string> = {}, body: TokenBody = {}): Promise<string> {
      const parameters = new URLSearchParams({ token: await token(body), ...query })
      return `${url}/_static/connect.html?${parameters.toString()}`
    },
    /** The address of a developer's site that shows the page in a frame. */
    framed: (address: string) => `${site.origin}/?frame=${encodeURIComponent(address)}`,
    async close(): Promise<void> {
      site.close()
      await server.close()
    },
  }
}

/** Without the word that says what they are for. */
const named = (patch: ReturnType<typeof sandboxApps>[number]) => ({
  ...patch,
  content: { ...patch.content, name: patch.name === 'acme' ? 'Acme' : 'Acme Metrics' },
})

async function serveSite(): Promise<{ origin: string; close(): void }> {
  const server = createServer((request, response) => {
    const frame = new URL(request.url ?? '', 'http://x').searchParams.get('frame') ?? ''
    response.writeHead(200, { 'content-type': 'text/html' })
    response.end(
      `<!doctype html><title>Site</title><iframe title="Connect" style="position:fixed;inset:0;width:100%;height:100%;border:0" src="${frame.replaceAll('&', '&amp;')}"></iframe>`,
    )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
