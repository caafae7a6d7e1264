/** Owns which addresses and names are nobody's public server: the IANA special-purpose registries, read broadly. */

import { BlockList, isIPv4, isIPv6 } from 'node:net'

// https://www.iana.org/assignments/iana-ipv4-special-registry and RFC 5771 (multicast). The few entries of the
// registry that are globally reachable (AS112, 6to4 relays) serve no API either, so the list has no exceptions.
const SPECIAL_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]

// Only 2000::/3 is allotted as global unicast (RFC 4291 section 2.4, IANA ipv6-address-space). Whatever lies
// outside is refused without a list: loopback, mapped and compatible IPv4, NAT64, ULA, link-local, multicast,
// SRv6 and all that is not assigned yet.
const GLOBAL_UNICAST_IPV6 = ['2000::/3']

// https://www.iana.org/assignments/iana-ipv6-special-registry, the part inside 2000::/3.
const SPECIAL_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20']

// RFC 6761 and 6762, RFC 8375, and ICANN's private-use domain, under which clouds keep their metadata servers.
const SPECIAL_NAMES = ['localhost', 'internal', 'local', 'home.arpa']

const specialIPv4 = rangesOf(SPECIAL_IPV4, 'ipv4')
const specialIPv6 = rangesOf(SPECIAL_IPV6, 'ipv6')
const globalUnicastIPv6 = rangesOf(GLOBAL_UNICAST_IPV6, 'ipv6')

function rangesOf(ranges: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [network = '', prefix = ''] = range.split('/')
    list.addSubnet(network, Number(prefix), family)
  }
  return list
}

/** Whether no connection may go to this IP address. What is not an address (a zone index, a name) is blocked too. */
export function isBlockedAddress(address: string): boolean {
  if (isIPv4(address)) return specialIPv4.check(address, 'ipv4')
  if (!isIPv6(address) || address.includes('%')) return true
  return !globalUnicastIPv6.check(address, 'ipv6') || specialIPv6.check(address, 'ipv6')
}

/** Whether a host name belongs to this machine or this network by its own definition, whatever it resolves to. */
export function isBlockedName(name: string): boolean {
  const plain = name.toLowerCase().replace(/\.+$/, '')
  return SPECIAL_NAMES.some((special) => plain === special || plain.endsWith(`.${special}`))
}
