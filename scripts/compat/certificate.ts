/** Owns a certificate for localhost that nobody keeps: version 1 of the SDK speaks https and nothing else. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'

/** The files, trusted by this process from now on; undefined where there is no openssl to make them with. */
export function trustNewCertificate(folder: string): { cert: string; key: string } | undefined {
  const cert = join(folder, 'cert.pem')
  const key = join(folder, 'key.pem')
  const { status } = spawnSync(
    'openssl',
    `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=localhost
     -addext subjectAltName=DNS:localhost,IP:127.0.0.1`
      .split(/\s+/)
      .concat('-keyout', key, '-out', cert),
    { stdio: 'ignore' },
  )
  if (status !== 0) return undefined
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(cert, 'utf8')])
  return { cert, key }
}
