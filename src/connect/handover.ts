/** Owns handing a connection over to another device: a code that opens once, and a number that both screens show (decisions 0013). */
import type { App } from '../app.ts'
import type { Binding, Vault } from '../platform/crypto/vault.ts'
import { digest, mintSecret, randomBytesPooled } from '../platform/crypto/secrets.ts'
import { ConnectError } from './connect-errors.ts'
import { type ConnectBody, knownMembers, type PageQuery } from './contract.ts'
import { requireToken } from './require-token.ts'
import { changeHandover, findHandover, insertHandover, type HandoverRow } from './store.ts'

/** To scan the code and choose the number. */
const OPEN_FOR_MS = 10 * 60_000
/** From then on, to connect on the other device while the first screen waits. */
const WAITED_FOR_MS = 40 * 60_000

/** What the page here was opened with; there, it is opened with the same. */
export type HandedOver = Omit<PageQuery, 'q'>

type Bound = Pick<HandoverRow, 'id'>
const bindingOf = ({ id }: Bound): Binding => ({ table: 'connect_handovers', column: 'sealed', row: id })

export const openHandedOver = (vault: Vault, row: Bound & Pick<HandoverRow, 'sealed'>): HandedOver =>
  JSON.parse(vault.open(bindingOf(row), row.sealed)) as HandedOver

/** The first screen keeps the handle; what is in the code follows from it, and never the other way round. */
export const secretOf = (handle: string): string => digest(`handover ${handle}`)

/** Returns the handle with which the first screen waits. A hand-over of the same token made before is void. @throws ConnectError */
export async function createHandover(
  app: Pick<App, 'db' | 'vault' | 'clock'>,
  body: ConnectBody,
): Promise<string> {
  const token = await requireToken(app, body.token)
  const { values: _, ...asked } = knownMembers(body)
  const handle = mintSecret('')
  const now = app.clock.now()
  const id = digest(secretOf(handle))
  const sealed = app.vault.seal(bindingOf({ id }), JSON.stringify(asked))
  const number = String(10 + (randomBytesPooled(4).readUInt32BE() % 90))
  await app.db.write((tx) =>
    insertHandover(tx, {
      id,
      connect_token_digest: token.digest,
      sealed,
      number,
      opened_at: null,
      expires_at: now + OPEN_FOR_MS,
      created_at: now,
    }),
  )
  return handle
}

/** Asking opens nothing: chats and scanners look at addresses before people do. @throws ConnectError `handover_unknown` */
export async function requireUnopened(app: Pick<App, 'db' | 'clock'>, secret: string): Promise<HandoverRow> {
  const row = await findHandover(app.db.read, digest(secret))
  if (!row || row.opened_at !== null || row.expires_at <= app.clock.now())
    throw new ConnectError('handover_unknown')
  return row
}

/**
 * With the right number, once; a wrong one makes the code void.
 * @throws ConnectError `handover_unknown` or `handover_mismatch`
 */
export async function openHandover(
  app: Pick<App, 'db' | 'vault' | 'clock'>,
  secret: string,
  number: string,
): Promise<HandedOver> {
  const row = await requireUnopened(app, secret)
  const now = app.clock.now()
  const isRight = number === row.number
  const change = isRight ? { opened_at: now, expires_at: now + WAITED_FOR_MS } : { expires_at: now }
  if (!(await app.db.write((tx) => changeHandover(tx, row, change))))
    throw new ConnectError('handover_unknown')
  if (!isRight) throw new ConnectError('handover_mismatch')
  return openHandedOver(app.vault, row)
}

/** The number and two others, in an order of its own: always the same for one code, so that asking again tells nothing. */
export function numbersOf(secret: string, number: string): string[] {
  const bytes = Buffer.from(digest(`numbers ${secret}`), 'base64url')
  const others = new Set<string>()
  for (const byte of bytes) {
    const other = String(10 + (byte % 90))
    if (other !== number && others.size < 2) others.add(other)
  }
  return [number, ...others].toSorted((a, b) => digest(secret + a).localeCompare(digest(secret + b)))
}
