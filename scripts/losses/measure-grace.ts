/** Owns measuring one provider: kill after kill, what became of each account, as JSON on standard output. See scripts/measure-losses.ts. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { constants, setPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Kill, type Moment, startKillingProvider } from './killing-provider.ts'

/** `kept`: in the journal or the database; `recovered`: the provider took the old token again. */
export type Outcome = 'kept' | 'recovered' | 'lost'
export interface Measured {
  moment: Moment
  outcome: Outcome
}

const moments: Moment[] = ['on arrival', 'before the answer', 0, 0.1, 0.5, 1, 5, 20]
const [graceSeconds = 0, kills = 0] = process.argv.slice(2).map(Number)

const folder = await mkdtemp(join(tmpdir(), 'headgate-losses-'))
const provider = await startKillingProvider(graceSeconds * 1000)
await writeFile(
  join(folder, 'rotating.yaml'),
  JSON.stringify({
    schema_version: 1,
    name: 'Rotating',
    auth_type: 'oauth',
    sandbox: true,
    proxy: { enabled: false },
    oauth: {
      version: 2,
      authorization_url: `${provider.origin}/authorize`,
      token_url: `${provider.origin}/token`,
      scopes: { default: ['read'] },
    },
  }),
)
const environment = {
  HEADGATE_DATA_DIR: join(folder, 'data'),
  HEADGATE_KEYS: `k1:${randomBytes(32).toString('base64')}`,
  HEADGATE_CATALOG_DIR: folder,
  HEADGATE_EGRESS_ALLOW: new URL(provider.origin).host,
  HEADGATE_SANDBOX: 'off',
  HEADGATE_LOG_LEVEL: 'error',
  NODE_COMPILE_CACHE: join(folder, 'code'),
}

/** What the process printed, when it has ended, by whatever end. */
function live(task: object, kill?: Omit<Kill, 'pid'>): Promise<unknown> {
  const victim = spawn(process.execPath, [join(import.meta.dirname, 'victim.ts'), JSON.stringify(task)], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    // Ours is what is measured, not who else keeps the machine busy.
    setPriority(victim.pid!, constants.priority.PRIORITY_HIGH)
  } catch {
    // Only an administrator may.
  }
  if (kill) provider.kill = { ...kill, pid: victim.pid! }
  let printed = ''
  victim.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  return new Promise((resolve, reject) => {
    victim.on('close', (code, signal) => {
      if ((kill ? signal === 'SIGKILL' : code === 0) && provider.kill === undefined)
        resolve(printed === '' ? undefined : JSON.parse(printed))
      else reject(new Error(`a process ended by itself (${code ?? signal}), or was not killed`))
    })
  })
}

// Of the second half each is refreshed once, undisturbed, by a server that is killed over one of the first.
const ids = (await live({ make: 2 * kills })) as string[]
const measured: Measured[] = []
let died: { id: string; grant: number; moment: Moment; current: number } | undefined
for (let grant = 0; grant <= kills; grant += 1) {
  const isLast = grant === kills
  const moment = moments[grant % moments.length]!
  const [before, next] = isLast ? [null, null] : [ids[kills + grant]!, ids[grant]!]
  const task = { recover: died?.id ?? null, before, next }
  const token = await live(task, isLast ? undefined : { grant, moment })
  if (died) {
    const current = provider.current(died.grant)
    const isGood = current !== undefined && token === `access-${died.grant}-${current}`
    measured.push({
      moment: died.moment,
      outcome: !isGood ? 'lost' : current === died.current ? 'kept' : 'recovered',
    })
  }
  if (grant > 0 && grant % 50 === 0) console.error(`${graceSeconds} s of grace: ${grant} of ${kills} kills`)
  if (!isLast) died = { id: ids[grant]!, grant, moment, current: provider.current(grant) ?? 0 }
}
await provider.close()
await rm(folder, { recursive: true, force: true })
console.log(JSON.stringify(measured))
