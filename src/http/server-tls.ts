/** Owns serving TLS directly, when the operator gives a certificate. */
import { readFileSync } from 'node:fs'
import type { Config } from '../config.ts'

export function serverTls(config: Pick<Config, 'tlsCert' | 'tlsKey'>): {
  https?: { cert: Buffer; key: string }
} {
  if (config.tlsCert === undefined || config.tlsKey === undefined) return {}
  return { https: { cert: readFileSync(config.tlsCert), key: config.tlsKey.reveal() } }
}
