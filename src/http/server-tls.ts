/** Owns serving TLS directly, when the operator gives a certificate. */
import type { Config } from '../config.ts'

export function serverTls(config: Pick<Config, 'tlsCert' | 'tlsKey'>): {
  https?: { cert: string; key: string }
} {
  if (config.tlsCert === undefined || config.tlsKey === undefined) return {}
  return { https: { cert: config.tlsCert, key: config.tlsKey.reveal() } }
}
