/** Owns opening connections: the last place where a target is judged, by the addresses its name resolved to. */

import type { LookupFunction } from 'node:net'
import { buildConnector } from 'undici'
import type { AllowList } from './allow-list.ts'
import { blocked } from './egress-failure.ts'
import { admitUrl, isAdmittedAddress, portOf, type AdmittedAddresses } from './egress-rules.ts'

const CONNECT_TIMEOUT_MS = 10_000

/** Every address of a host name, as `dns.lookup` with `all` answers. */
export type Lookup = (hostname: string) => Promise<{ address: string; family: number }[]>

/**
 * Judges every new connection by itself, so that no caller can pass the guard by. Names are resolved once, every
 * address of the answer must pass, and the socket is given exactly those; the name stays in SNI and Host.
 */
export function guardedConnector(allow: AllowList, lookup: Lookup): buildConnector.connector {
  // `lookup` is not told the port, so there is a connector for each; they are few, and keep TLS sessions to resume.
  const connectors = new Map<string, buildConnector.connector>()
  const connectorFor = (addresses: AdmittedAddresses, port: number) => {
    const key = `${addresses}:${port}`
    const known = connectors.get(key)
    if (known !== undefined) return known
    const connector = buildConnector({
      allowH2: false,
      timeout: CONNECT_TIMEOUT_MS,
      autoSelectFamily: true,
      // Node does not ask `lookup` about literal addresses; `admitUrl` has judged those.
      lookup: guardedLookup(lookup, (address) => isAdmittedAddress(address, port, addresses, allow)),
    })
    connectors.set(key, connector)
    return connector
  }
  return (options, callback) => {
    const admission = admitUrl(`${options.protocol}//${options.host}`, allow)
    if (!admission.ok) return callback(blocked(admission.reason), null)
    connectorFor(admission.addresses, portOf(admission.url))(options, callback)
  }
}

function guardedLookup(lookup: Lookup, isAdmitted: (address: string) => boolean): LookupFunction {
  const resolve = async (hostname: string) => {
    const answers = await lookup(hostname)
    if (answers.length === 0) throw new Error('the host name has no address')
    // One private address among public ones is enough to refuse: which one is used is up to the network.
    if (!answers.every(({ address }) => isAdmitted(address))) {
      throw blocked('the host name resolves to a private or reserved address')
    }
    return answers
  }
  return (hostname, { all }, callback) => {
    const hand = (error: Error | null, answers: { address: string; family: number }[]) =>
      all ? callback(error, answers) : callback(error, answers[0]?.address ?? '', answers[0]?.family)
    resolve(hostname).then(
      (answers) => hand(null, answers),
      (error: Error) => hand(error, []),
    )
  }
}
