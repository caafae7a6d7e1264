/** Owns the measured Headgate: a real start with real settings, its own rows, and profiles of itself on request. Runs as a process of its own. */
import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import type { AddressInfo } from 'node:net'
import { Type } from 'typebox'
import { routePolicies } from '../src/access/route-policies.ts'
import { startServer } from '../src/bootstrap/start-server.ts'
import { loadConfig } from '../src/config.ts'
import type { Http } from '../src/http/http.ts'
import type { ProfileRequest, Ready } from './messages.ts'
import { seedAccounts } from './seed-accounts.ts'

const ACCOUNTS = Number(process.argv[2])
const SAMPLING_MICROSECONDS = 200

/** One handler behind two routes, which differ in nothing but who may call them: the difference is what letting a request in costs. */
const policies = {
  'GET /v1/connect/:project_id/bench/open': { callers: ['public'], tenant: 'none' },
  'GET /v1/connect/:project_id/bench/closed': {
    callers: ['api_client', 'connect_token'],
    scopes: ['connect:accounts:read'],
    tenant: 'project_environment',
  },
}
Object.assign(routePolicies, policies)

const BODY = { text: 'x'.repeat(289) }
const schema = { response: { 200: Type.Object({ text: Type.String() }) } }
let listener: Http['server'] | undefined
async function addTwins(http: Http): Promise<void> {
  listener = http.server
  for (const name of Object.keys(policies))
    http.get(name.slice('GET '.length), { schema, handler: async () => BODY })
}

const { config } = loadConfig()
const server = await startServer(config, { prepare: addTwins })
if (!server.made) throw new Error('the bench needs an empty database')
const { projectId, clientId, clientSecret } = server.made
const seedStart = performance.now()
const seeded = await seedAccounts(server.app, server.workspaceId, projectId, ACCOUNTS)
const ready: Ready = {
  port: (listener!.address() as AddressInfo).port,
  projectId,
  clientId,
  clientSecret: clientSecret.reveal(),
  ...seeded,
  accounts: ACCOUNTS,
  seedSeconds: (performance.now() - seedStart) / 1000,
}
process.send?.(ready)

const session = new Session()
session.connect()
process.on('message', (request: ProfileRequest) => void profile(request))
// When the bench is killed, so is this.
process.on('disconnect', () => process.exit(0))

async function profile(request: ProfileRequest): Promise<void> {
  if (request.profile === 'start') {
    await session.post('Profiler.enable')
    await session.post('Profiler.setSamplingInterval', { interval: SAMPLING_MICROSECONDS })
    await session.post('Profiler.start')
    process.send?.({ profiled: null })
    return
  }
  const { profile } = await session.post('Profiler.stop')
  writeFileSync(request.file, JSON.stringify(profile))
  process.send?.({ profiled: request.file })
}
