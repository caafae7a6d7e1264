/** Owns configuration: one table of settings, read from the environment once, checked at start. The only reader of process.env. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Secret } from './platform/secret.ts'
import { type Setting, settings } from './settings.ts'

export interface Config {
  host: string
  port: number
  /** No trailing slash; what links, callbacks and the issuer are built from. */
  publicUrl: string
  databaseUrl: string
  dataDir: string
  keys: Secret | undefined
  keysFile: string
  production: boolean
  ephemeral: boolean
  sandbox: boolean
  catalogDir: string | undefined
  seedFile: string | undefined
  signingAlgorithm: 'EdDSA' | 'RS256'
  logLevel: string
  trustedProxies: string[]
  /** Serve TLS with a certificate of our own making. */
  tlsLocal: boolean
  tlsCert: string | undefined
  tlsKey: Secret | undefined
  egressAllow: string[]
  refreshLoop: { on: boolean; concurrency: number; ratePerSecond: number }
  keyCheckHours: number
  eventDays: number
  poolSize: number
  tokenFailuresPerMinute: number
  bootstrap: {
    projectId: string | undefined
    clientId: string | undefined
    clientSecret: Secret | undefined
    adminEmail: string | undefined
    adminPassword: Secret | undefined
  }
}

/** A setting that cannot be used. The text names it and says why; it never shows a secret value. */
export class BadConfig extends Error {
  override readonly name = 'BadConfig'
}

export interface LoadedConfig {
  config: Config
  /** Names beginning with HEADGATE_ that mean nothing to this version: likely misspelt. */
  unknown: string[]
}

/** @throws BadConfig naming the setting */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): LoadedConfig {
  const values = new Map<string, string | undefined>()
  for (const setting of settings) values.set(setting.name, readSetting(setting, env))
  const get = (name: string) => values.get(name)
  const secret = (name: string) => {
    const value = get(name)
    return value === undefined ? undefined : new Secret(value)
  }
  const list = (name: string) =>
    (get(name) ?? '')
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '')

  const production = get('NODE_ENV') === 'production'
  const port = Number(get('PORT'))
  const dataDir = resolve(get('HEADGATE_DATA_DIR')!)
  const tlsLocal = get('HEADGATE_TLS') === 'local'
  const tlsGiven = get('HEADGATE_TLS_CERT') !== undefined
  if (tlsGiven !== (get('HEADGATE_TLS_KEY') !== undefined)) {
    throw new BadConfig('HEADGATE_TLS_CERT and HEADGATE_TLS_KEY go together')
  }
  if (tlsGiven && tlsLocal) {
    throw new BadConfig('HEADGATE_TLS=local and HEADGATE_TLS_CERT exclude each other')
  }
  const tls = tlsGiven || tlsLocal
  if (
    (get('HEADGATE_BOOTSTRAP_CLIENT_SECRET') === undefined) !==
    (get('HEADGATE_BOOTSTRAP_CLIENT_ID') === undefined)
  ) {
    throw new BadConfig('HEADGATE_BOOTSTRAP_CLIENT_ID and HEADGATE_BOOTSTRAP_CLIENT_SECRET go together')
  }

  const known = new Set(settings.flatMap(({ name }) => [name, `${name}_FILE`]))
  return {
    unknown: Object.keys(env).filter((name) => name.startsWith('HEADGATE_') && !known.has(name)),
    config: {
      host: get('HOST')!,
      port,
      publicUrl: (get('HEADGATE_PUBLIC_URL') ?? `${tls ? 'https' : 'http'}://localhost:${port}`).replace(
        /\/+$/,
        '',
      ),
      databaseUrl: get('DATABASE_URL') ?? `sqlite:${dataDir}/headgate.db`,
      dataDir,
      keys: secret('HEADGATE_KEYS'),
      keysFile: resolve(get('HEADGATE_KEYS_PATH')!),
      production,
      ephemeral: get('HEADGATE_EPHEMERAL') === 'on',
      sandbox: (get('HEADGATE_SANDBOX') ?? (production ? 'off' : 'on')) === 'on',
      catalogDir: get('HEADGATE_CATALOG_DIR'),
      seedFile: get('HEADGATE_SEED_FILE'),
      signingAlgorithm: get('HEADGATE_SIGNING_ALGORITHM') as Config['signingAlgorithm'],
      logLevel: get('HEADGATE_LOG_LEVEL')!,
      trustedProxies: list('HEADGATE_TRUSTED_PROXIES'),
      tlsLocal,
      tlsCert: get('HEADGATE_TLS_CERT'),
      tlsKey: secret('HEADGATE_TLS_KEY'),
      egressAllow: list('HEADGATE_EGRESS_ALLOW'),
      refreshLoop: {
        on: get('HEADGATE_REFRESH_LOOP') === 'on',
        concurrency: Number(get('HEADGATE_REFRESH_CONCURRENCY')),
        ratePerSecond: Number(get('HEADGATE_REFRESH_RATE')),
      },
      keyCheckHours: Number(get('HEADGATE_KEY_CHECK_HOURS')),
      eventDays: Number(get('HEADGATE_EVENT_DAYS')),
      poolSize: Number(get('HEADGATE_POOL_SIZE')),
      tokenFailuresPerMinute: Number(get('HEADGATE_TOKEN_FAILURES_PER_MINUTE')),
      bootstrap: {
        projectId: get('HEADGATE_BOOTSTRAP_PROJECT_ID'),
        clientId: get('HEADGATE_BOOTSTRAP_CLIENT_ID'),
        clientSecret: secret('HEADGATE_BOOTSTRAP_CLIENT_SECRET'),
        adminEmail: get('HEADGATE_BOOTSTRAP_ADMIN_EMAIL'),
        adminPassword: secret('HEADGATE_BOOTSTRAP_ADMIN_PASSWORD'),
      },
    },
  }
}

/** A value that a command is told to take from the environment, so that it stands in no list of processes and in no history. */
export const environmentValue = (name: string): Secret | undefined => {
  const value = process.env[name]
  return value === undefined ? undefined : new Secret(value)
}

/** The value of `NAME`, or the content of the file that `NAME_FILE` names. An empty value counts as not set. */
function readSetting(setting: Setting, env: NodeJS.ProcessEnv): string | undefined {
  const { name } = setting
  const file = env[`${name}_FILE`]
  let value = env[name] || undefined
  if (file) {
    if (value !== undefined) throw new BadConfig(`${name} and ${name}_FILE are both set; use one`)
    try {
      value = readFileSync(file, 'utf8').replace(/\r?\n$/, '')
    } catch (cause) {
      throw new BadConfig(`${name}_FILE: the file cannot be read`, { cause })
    }
  }
  value ??= setting.default
  if (value !== undefined) {
    try {
      setting.check?.(value)
    } catch (error) {
      const shown = setting.secret ? '' : ` (it is ${JSON.stringify(value.slice(0, 100))})`
      throw new BadConfig(`${name}${file ? '_FILE' : ''} ${(error as Error).message}${shown}`, {
        cause: error,
      })
    }
  }
  return value
}

/** For commands that call a server instead of being one: the variables that the SDK's users have set anyway. */
export function readClientEnvironment(env: NodeJS.ProcessEnv = process.env): {
  baseUrl: string | undefined
  clientId: string | undefined
  clientSecret: Secret | undefined
} {
  const secret = env['PIPEDREAM_CLIENT_SECRET'] || undefined
  return {
    baseUrl: env['PIPEDREAM_BASE_URL'] || undefined,
    clientId: env['PIPEDREAM_CLIENT_ID'] || undefined,
    clientSecret: secret === undefined ? undefined : new Secret(secret),
  }
}
