/** Owns a provider that rotates refresh tokens, knows the server's process, and kills it at a chosen moment of the exchange. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** When: as the request arrives, when it is carried out but not answered, or so many milliseconds after the answer's last byte. */
export type Moment = 'on arrival' | 'before the answer' | number

/** By so much a timer may be late. */
const TIMER_MS = 2

export interface Kill {
  /** Which grant's refresh. */
  grant: number
  moment: Moment
  pid: number
}

export interface KillingProvider {
  origin: string
  /** Set before the refresh that shall die; taken away by the kill. */
  kill: Kill | undefined
  /** The number of the current tokens of a grant; undefined once it has ended. */
  current(grant: number): number | undefined
  close(): Promise<void>
}

interface Grant {
  current: number
  rotatedAt: number
  ended: boolean
}

/** `graceMs`: how long the refresh token before the current one is still taken. Without grace its use ends the grant (RFC 9700 section 4.14). */
export async function startKillingProvider(graceMs: number): Promise<KillingProvider> {
  const grants = new Map<number, Grant>()
  const grantOf = (number: number): Grant => {
    let grant = grants.get(number)
    if (!grant) grants.set(number, (grant = { current: 0, rotatedAt: 0, ended: false }))
    return grant
  }
  const rotate = (number: number, used: number): string | undefined => {
    const grant = grantOf(number)
    const inGrace = used === grant.current - 1 && performance.now() - grant.rotatedAt < graceMs
    if (grant.ended || (used !== grant.current && !inGrace)) {
      grant.ended = true
      return undefined
    }
    grant.current += 1
    grant.rotatedAt = performance.now()
    const tokens = `${number}-${grant.current}`
    return JSON.stringify({
      access_token: `access-${tokens}`,
      refresh_token: `refresh-${tokens}`,
      token_type: 'Bearer',
      expires_in: 86_400,
    })
  }
  const answer = (response: ServerResponse, body: string | undefined, sent: () => void) => {
    response.writeHead(body === undefined ? 400 : 200, { 'content-type': 'application/json' })
    response.end(body ?? '{"error":"invalid_grant"}', sent)
  }

  const server = createServer((request, response) => {
    let form = ''
    request.on('data', (chunk: Buffer) => (form += chunk.toString()))
    request.on('end', () => {
      const [, number = '', used = ''] = (new URLSearchParams(form).get('refresh_token') ?? '').split('-')
      const { kill } = provider
      if (kill?.grant !== Number(number)) {
        answer(response, rotate(Number(number), Number(used)), () => {})
        return
      }
      provider.kill = undefined
      const { moment, pid } = kill
      if (moment === 'on arrival') {
        process.kill(pid, 'SIGKILL')
        return
      }
      const body = rotate(Number(number), Number(used))
      if (moment === 'before the answer') process.kill(pid, 'SIGKILL')
      else
        answer(response, body, () => {
          const at = performance.now() + moment
          const kill = () => {
            while (performance.now() < at);
            process.kill(pid, 'SIGKILL')
          }
          // A timer is too coarse for a tenth of a millisecond, and turning round for longer takes a core from whom we watch.
          if (moment > TIMER_MS) setTimeout(kill, moment - TIMER_MS)
          else kill()
        })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const provider: KillingProvider = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    kill: undefined,
    current: (number) => (grantOf(number).ended ? undefined : grantOf(number).current),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
  return provider
}
