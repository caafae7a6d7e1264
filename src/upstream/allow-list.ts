/** Owns the operator's list of targets that the egress guard would refuse otherwise. */

import { BlockList, isIP, isIPv6 } from 'node:net'

/** Which hosts, addresses and ports the operator has opened. `port` is always the effective one. */
export interface AllowList {
  /** Whether an entry names exactly this host (a name or a literal address, as a parsed URL writes it). */
  hasHost(hostname: string, port: number): boolean
  /** Whether a range entry holds this address. */
  hasAddress(address: string, port: number): boolean
  /** Whether a range entry could hold an address at this port: the answer must wait for the look-up. */
  hasRangesFor(port: number): boolean
}

interface Range {
  list: BlockList
  port: number | undefined
}

/**
 * Parses entries of the forms `host`, `host:port`, `10.0.0.0/8`, `10.0.0.0/8:8080`, `[::1]:3000`, `fd00::/8`.
 * Without a port an entry opens every port of its host or range.
 * @throws Error naming the entry that cannot be read: a guard with a misread list must not start.
 */
export function parseAllowList(entries: readonly string[]): AllowList {
  const hosts = new Set<string>()
  const ranges: Range[] = []
  for (const entry of entries) {
    if (entry.includes('/')) ranges.push(parseRange(entry))
    else hosts.add(parseHost(entry))
  }
  const rangesFor = (port: number) =>
    ranges.filter((range) => range.port === undefined || range.port === port)
  return {
    hasHost: (hostname, port) =>
      hosts.has(`${plainHost(hostname)}:${port}`) || hosts.has(plainHost(hostname)),
    hasAddress: (address, port) => {
      const family = isIP(address)
      if (family === 0 || address.includes('%')) return false
      return rangesFor(port).some(({ list }) => list.check(address, family === 6 ? 'ipv6' : 'ipv4'))
    },
    hasRangesFor: (port) => rangesFor(port).length > 0,
  }
}

const plainHost = (hostname: string) => hostname.toLowerCase().replace(/\.$/, '')

function parseRange(entry: string): Range {
  const [, open, network = '', prefix, close, port] =
    /^(\[)?([0-9a-fA-F.:]+)\/(\d{1,3})(\])?(?::(\d+))?$/.exec(entry.trim()) ?? []
  const family = isIP(network)
  const bits = family === 6 ? 128 : 32
  if (family === 0 || Number(prefix) > bits || (open === undefined) !== (close === undefined))
    throw unreadable(entry)
  const list = new BlockList()
  list.addSubnet(network, Number(prefix), family === 6 ? 'ipv6' : 'ipv4')
  return { list, port: port === undefined ? undefined : parsePort(port, entry) }
}

function parseHost(entry: string): string {
  const text = entry.trim()
  const [, host, port] = isIPv6(text)
    ? [text, `[${text}]`]
    : (/^(\[[^[\]]+\]|[^:[\]\s@?#\\]+)(?::(\d+))?$/.exec(text) ?? [])
  // The URL parser writes the host as it will be written when a request is checked: 127.1 becomes 127.0.0.1.
  const url = host === undefined ? null : URL.parse(`http://${host}`)
  if (url === null) throw unreadable(entry)
  return plainHost(url.hostname) + (port === undefined ? '' : `:${parsePort(port, entry)}`)
}

function parsePort(text: string, entry: string): number {
  const port = Number(text)
  if (port < 1 || port > 65_535) throw unreadable(entry)
  return port
}

const unreadable = (entry: string) =>
  new Error(`"${entry}" is not a target: write host, host:port, a range such as 10.0.0.0/8, or range:port`)
