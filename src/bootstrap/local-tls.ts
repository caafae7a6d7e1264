/** Owns `HEADGATE_TLS=local`: a certificate for this machine, made when missing or nearly over, kept where only its owner reads it. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import type { Config } from '../config.ts'
import type { Clock } from '../platform/clock.ts'
import {
  type CertificateAndKey,
  certificateEnd,
  createLocalCertificate,
} from '../platform/crypto/local-certificate.ts'
import { Secret } from '../platform/secret.ts'

const DAY_MS = 86_400_000
/** Browsers refuse certificates that live longer than 398 days. */
const LIFE_MS = 390 * DAY_MS
const RENEW_BEFORE_MS = 30 * DAY_MS

/** Where people find what to trust (`NODE_EXTRA_CA_CERTS`). */
export const localCertificatePath = (config: Pick<Config, 'dataDir'>): string =>
  join(config.dataDir, 'tls', 'local-cert.pem')

/** The config with certificate and key filled in. This process trusts the certificate too: the sandbox is called under the public address. */
export function withLocalTls(config: Config, clock: Clock): Config {
  if (!config.tlsLocal) return config
  const host = new URL(config.publicUrl).hostname.replace(/^\[|\]$/g, '')
  const names = [...new Set(['localhost', '127.0.0.1', '::1', host])]
  const { cert, key } = config.ephemeral
    ? make(names, clock.now())
    : (readPair(config, names, clock.now()) ?? keepPair(config, make(names, clock.now())))
  setDefaultCACertificates([...getCACertificates('default'), cert])
  return { ...config, tlsCert: cert, tlsKey: new Secret(key) }
}

const make = (names: string[], now: number) => createLocalCertificate(names, now - DAY_MS, now + LIFE_MS)

/** One file holds both, so that a crash never leaves halves that do not belong together; the certificate alone is for people to trust. */
const pairPath = (config: Config) => join(config.dataDir, 'tls', 'local.pem')

function readPair(config: Config, names: readonly string[], now: number): CertificateAndKey | undefined {
  let text: string
  try {
    text = readFileSync(pairPath(config), 'utf8')
  } catch {
    return undefined // Not made yet.
  }
  const [cert, key] = text.split(/(?=-----BEGIN PRIVATE KEY)/)
  if (cert === undefined || key === undefined) return undefined
  const end = certificateEnd(cert, names)
  return end !== undefined && end - now > RENEW_BEFORE_MS ? { cert, key } : undefined
}

function keepPair(config: Config, pair: CertificateAndKey): CertificateAndKey {
  mkdirSync(join(config.dataDir, 'tls'), { recursive: true, mode: 0o700 })
  const put = (path: string, text: string, mode: number) => {
    const temporary = `${path}.${process.pid}`
    writeFileSync(temporary, text, { mode })
    renameSync(temporary, path)
  }
  put(pairPath(config), pair.cert + pair.key, 0o600)
  put(localCertificatePath(config), pair.cert, 0o644)
  return pair
}
