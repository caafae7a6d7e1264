/** Owns where this server may connect to: decided once on the parsed URL, and once on the addresses it resolved to. */

import { isIP } from 'node:net'
import type { AllowList } from './allow-list.ts'
import { isBlockedAddress, isBlockedName } from './blocked-addresses.ts'

/** Which addresses a host may have; `listed` are those in a range of the allow list. */
export type AdmittedAddresses = 'any' | 'public_or_listed' | 'listed'

export type Admission = { ok: true; url: URL; addresses: AdmittedAddresses } | { ok: false; reason: string }

const HTTPS_PORT = 443
const FIRST_UNPRIVILEGED_PORT = 1024
const PRIVATE = 'the address is private or reserved'

/** Ports from 1024 up that speak another protocol: the Fetch standard's bad ports, and common data stores. */
const OTHER_PROTOCOL_PORTS = new Set([
  1433, 1521, 1719, 1720, 1723, 2049, 2375, 2379, 2380, 3306, 3389, 3659, 4045, 4190, 5060, 5061, 5432, 5672,
  6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 9042, 10080, 11211, 27017,
])

/** Decides on a URL before any look-up. The `URL` it hands back is the one to connect with: parse once. */
export function admitUrl(target: string | URL, allow: AllowList): Admission {
  const refused = (reason: string): Admission => ({ ok: false, reason })
  // The URL parser drops tabs and newlines and turns backslashes into slashes; another parser would not.
  if (typeof target === 'string' && /[\p{Cc} \\]/u.test(target)) {
    return refused('the address contains blanks, control characters or backslashes')
  }
  const url = URL.parse(String(target))
  if (url === null) return refused('the address cannot be parsed')
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return refused('only https addresses are allowed')
  if (url.username !== '' || url.password !== '')
    return refused('the address contains a user name or password')
  const host = bareHost(url.hostname)
  const port = portOf(url)
  if (allow.hasHost(url.hostname, port)) return { ok: true, url, addresses: 'any' }

  const problem = problemOf(url.protocol, host, port)
  const addresses = problem === undefined ? 'public_or_listed' : 'listed'
  if (addresses === 'listed' && !allow.hasRangesFor(port)) return refused(problem ?? PRIVATE)
  if (isIP(host) !== 0 && !isAdmittedAddress(host, port, addresses, allow)) return refused(problem ?? PRIVATE)
  return { ok: true, url, addresses }
}

/** Whether a connection may be opened to this address, under what `admitUrl` said about its host. */
export function isAdmittedAddress(
  address: string,
  port: number,
  addresses: AdmittedAddresses,
  allow: AllowList,
): boolean {
  if (addresses === 'any') return true
  if (allow.hasAddress(address, port)) return true
  return addresses === 'public_or_listed' && !isBlockedAddress(address)
}

function problemOf(protocol: string, host: string, port: number): string | undefined {
  if (protocol !== 'https:') return 'plain http needs an entry in the allow list'
  if (port !== HTTPS_PORT && (port < FIRST_UNPRIVILEGED_PORT || OTHER_PROTOCOL_PORTS.has(port))) {
    return `port ${port} needs an entry in the allow list`
  }
  if (isBlockedName(host)) return 'the host name is private or reserved'
  return undefined
}

/** The host of a URL without the brackets of an IPv6 literal. */
const bareHost = (hostname: string) => hostname.replace(/^\[(.*)\]$/, '$1')

/** The port a URL leads to, the scheme's own if it names none. */
export const portOf = (url: URL) =>
  url.port === '' ? (url.protocol === 'https:' ? HTTPS_PORT : 80) : Number(url.port)
