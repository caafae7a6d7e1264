/**
 * Owns a self-signed certificate for this machine alone (RFC 5280). One fixed shape: ECDSA P-256, names in subjectAltName, no authority
 * over other names, so that whoever trusts it trusts nothing but this server.
 */
import { generateKeyPairSync, sign, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { randomBytesPooled } from './secrets.ts'

export interface CertificateAndKey {
  /** PEM. */
  cert: string
  key: string
}

/** `names` are host names and IP addresses; `from` and `until` are milliseconds since the epoch, read to the second. */
export function createLocalCertificate(
  names: readonly string[],
  from: number,
  until: number,
): CertificateAndKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = sequence(oid('1.2.840.10045.4.3.2')) // ecdsa-with-SHA256
  const serial = randomBytesPooled(16)
  serial[0]! &= 0x7f // A positive number
  serial[0]! |= 0x40 // without leading zeros.
  // A name of its own for each: clients find what they trust by name, and of two under one name they may try the wrong one.
  const name = sequence(
    set(sequence(oid('2.5.4.3'), der(0x0c, Buffer.from('Headgate on this machine')))), // commonName
    set(sequence(oid('2.5.4.5'), der(0x13, Buffer.from(serial.toString('hex'))))), // serialNumber
  )
  const tbs = sequence(
    der(0xa0, integer(Buffer.from([2]))), // v3
    integer(serial),
    algorithm,
    name,
    sequence(time(from), time(until)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(
      0xa3,
      sequence(
        extension('2.5.29.19', true, sequence()), // basicConstraints: no CA
        extension('2.5.29.15', true, der(0x03, Buffer.from([7, 0x80]))), // keyUsage: digitalSignature
        extension('2.5.29.37', false, sequence(oid('1.3.6.1.5.5.7.3.1'))), // extKeyUsage: serverAuth
        extension('2.5.29.17', false, sequence(...names.map(alternativeName))),
      ),
    ),
  )
  const signature = sign('sha256', tbs, privateKey)
  const certificate = sequence(tbs, algorithm, der(0x03, Buffer.concat([Buffer.from([0]), signature])))
  const lines = certificate.toString('base64').replace(/.{64}(?=.)/g, '$&\n')
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

/** When the certificate ends, in milliseconds; undefined when it cannot be read or lacks one of `names`. */
export function certificateEnd(cert: string, names: readonly string[]): number | undefined {
  try {
    const read = new X509Certificate(cert)
    const hasAll = names.every((name) => (isIP(name) === 0 ? read.checkHost(name) : read.checkIP(name)))
    return hasAll ? Date.parse(read.validTo) : undefined
  } catch {
    return undefined
  }
}

/** Tag, length, content (X.690 section 8.1). */
function der(tag: number, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content)
  if (body.length < 128) return Buffer.concat([Buffer.from([tag, body.length]), body])
  const length = Buffer.from(body.length.toString(16).padStart(body.length > 255 ? 4 : 2, '0'), 'hex')
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, body])
}

const sequence = (...content: Buffer[]) => der(0x30, ...content)
const set = (...content: Buffer[]) => der(0x31, ...content)
const integer = (bytes: Buffer) => der(0x02, bytes)

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = rest.flatMap((arc) => {
    const digits = [arc & 0x7f]
    for (let left = arc >>> 7; left > 0; left >>>= 7) digits.unshift((left & 0x7f) | 0x80)
    return digits
  })
  return der(0x06, Buffer.from([first * 40 + second, ...bytes]))
}

/** UTCTime, which ends in 2049 (RFC 5280 section 4.1.2.5.1). */
const time = (at: number) =>
  der(0x17, Buffer.from(`${new Date(at).toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`))

const extension = (id: string, critical: boolean, value: Buffer) =>
  sequence(oid(id), ...(critical ? [der(0x01, Buffer.from([0xff]))] : []), der(0x04, value))

function alternativeName(name: string): Buffer {
  if (isIP(name) === 0) return der(0x82, Buffer.from(name))
  return der(0x87, isIP(name) === 4 ? Buffer.from(name.split('.').map(Number)) : ipv6Bytes(name))
}

function ipv6Bytes(address: string): Buffer {
  const [head = '', tail] = address.split('::')
  const groups = (text: string) => text.split(':').filter(Boolean)
  const [left, right] = [groups(head), groups(tail ?? '')]
  const zeros = Array.from({ length: tail === undefined ? 0 : 8 - left.length - right.length }, () => '0')
  return Buffer.from([...left, ...zeros, ...right].map((group) => group.padStart(4, '0')).join(''), 'hex')
}
