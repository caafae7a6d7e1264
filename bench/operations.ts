/** Owns what is measured: each operation's requests, and what a right answer to them says. */
import { type LoadPool, prepareRequest, type Request } from './load-pool.ts'
import type { Child } from './child.ts'
import type { Ready } from './messages.ts'

/** A running process and the connections to it. */
export interface Target {
  child: Child
  pool: LoadPool
}

export interface Operation {
  name: string
  target: Target
  /** Taken in turn. */
  requests: Request[]
  /** Judges the body of one answer before anything is timed. */
  isRight: (body: string) => boolean
  /** Which of the four whose profiles matter most. */
  profiled?: true
}

export const BASELINE = 'bare node:http, static 300-byte JSON'

export const baseline = (target: Target): Operation => ({
  name: BASELINE,
  target,
  requests: [prepareRequest('GET', '/')],
  isRight: (body) => body.length === 300,
})

const count = (limit: number) => (body: string) => {
  const { data, page_info: info } = JSON.parse(body) as { data: object[]; page_info: { total_count: number } }
  return data.length === limit && info.total_count > limit
}

/** `database` names it in the report; on PostgreSQL only what differs there is measured. */
export async function operationsOf(target: Target, ready: Ready, database: string): Promise<Operation[]> {
  const credentials = { client_id: ready.clientId, client_secret: ready.clientSecret }
  const tokenRequest = prepareRequest(
    'POST',
    '/v1/oauth/token',
    {},
    { grant_type: 'client_credentials', ...credentials },
  )
  const answer = JSON.parse(await target.pool.once(tokenRequest)) as { access_token: string }
  const bearer = { authorization: `Bearer ${answer.access_token}` }
  const project = `/v1/connect/${ready.projectId}`
  const read = (path: string) => prepareRequest('GET', project + path, bearer)
  const list = (limit: number, after?: string): Operation => ({
    name: `list ${limit} accounts, ${after === undefined ? 'first page' : 'nine tenths down'}`,
    target,
    requests: [read(`/accounts?limit=${limit}${after === undefined ? '' : `&after=${after}`}`)],
    isRight: count(limit),
    ...(limit === 100 && after === undefined ? { profiled: true as const } : {}),
  })

  const onBoth: Operation[] = [
    {
      name: `read an account with credentials, ${database}`,
      target,
      requests: ready.accountIds.map((id) => read(`/accounts/${id}?include_credentials=true`)),
      isRight: (body) => body.includes('"credentials":{"oauth_client_id":'),
      profiled: true,
    },
    {
      name: `create a Connect token, ${database}`,
      target,
      requests: ready.externalIds.map((id) =>
        prepareRequest('POST', `${project}/tokens`, bearer, { external_user_id: id }),
      ),
      isRight: (body) => /"token":"ctok_[0-9a-f]{32}"/.test(body),
      profiled: true,
    },
  ]
  if (database !== 'SQLite') return onBoth
  return [
    {
      name: 'issue an access token (EdDSA)',
      target,
      requests: [tokenRequest],
      isRight: (body) => body.includes('"token_type":"Bearer"'),
      profiled: true,
    },
    { name: 'public route', target, requests: [prepareRequest('GET', `${project}/bench/open`)], isRight },
    {
      name: 'the same route behind a bearer token',
      target,
      requests: [read('/bench/closed')],
      isRight,
      profiled: true,
    },
    ...onBoth,
    list(10),
    list(10, ready.deepCursor),
    list(100),
    list(100, ready.deepCursor),
  ]
}

const isRight = (body: string) => body.length === 300
