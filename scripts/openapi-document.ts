/** Owns docs/openapi.json: the routes as the server mounts them, with what the table of policies says about each. */
import { STATUS_CODES } from 'node:http'
import { fastifySwagger } from '@fastify/swagger'
import { pino } from 'pino'
import { routePolicies, type RoutePolicy } from '../src/access/route-policies.ts'
import type { ApiScope } from '../src/access/scopes.ts'
import { OAuthErrorAnswer } from '../src/api-clients/contract.ts'
import { AccountShape } from '../src/accounts/contract.ts'
import { AppCategoryShape, AppShape } from '../src/apps/contract.ts'
import { createApp } from '../src/bootstrap/create-app.ts'
import { loadConfig } from '../src/config.ts'
import { PageInfo } from '../src/db/page-query.ts'
import { createServer } from '../src/http/server.ts'
import { OAuthAppShape } from '../src/oauth-apps/contract.ts'
import { ErrorShape } from '../src/platform/error-shape.ts'
import manifest from '../package.json' with { type: 'json' }
import { type Answer, bodyTypes, otherAnswers } from './openapi-answers.ts'

interface Parameter {
  in: string
  name: string
  schema?: unknown
}

export interface Operation {
  parameters?: Parameter[]
  requestBody?: { content: Record<string, unknown> }
  responses: Record<string, Answer>
  security?: Record<string, readonly string[]>[]
}
export interface OpenApiDocument {
  openapi: string
  info: { title: string; version: string }
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, unknown>; parameters: Record<string, unknown> }
}

/** Not this machine's: whoever runs a server reads their own address in its place. */
const PUBLIC_URL = 'http://localhost:3000'

const scopeDescriptions: Record<ApiScope, string> = {
  '*': 'Everything an API client may do',
  'connect:*': 'Everything under connect',
  'connect:actions:*': 'Everything about actions',
  'connect:triggers:*': 'Everything about triggers',
  'connect:accounts:read': 'List and read connected accounts',
  'connect:accounts:write': 'Connect and delete accounts',
  'connect:deployed_triggers:read': 'Read deployed triggers, their events and webhooks',
  'connect:deployed_triggers:write': 'Change and delete deployed triggers',
  'connect:usage:read': 'Read usage figures',
  'connect:users:read': 'List external users',
  'connect:users:write': 'Delete external users',
  'connect:tokens:create': 'Create Connect tokens',
  'connect:proxy': 'Send requests on behalf of an account',
  'connect:workflow:invoke': 'Invoke workflows on behalf of an external user',
  'connect:projects:read': 'Read projects and their OAuth apps',
  'connect:projects:write': 'Change projects and their OAuth apps',
}

/** Wherever one of these stands in an answer, the document refers to it by name. */
const namedSchemas = {
  Account: AccountShape,
  App: AppShape,
  AppCategory: AppCategoryShape,
  Error: ErrorShape,
  OAuthApp: OAuthAppShape,
  OAuthError: OAuthErrorAnswer,
  PageInfo,
}

const description = `A self-hosted server for the Pipedream Connect API's managed auth.

Your server calls it with an OAuth access token (\`POST /v1/oauth/token\`), a browser with a Connect token, which is bound to one external
user, project and environment. With a Connect token the project's segment may be left out of the path (\`/v1/connect/accounts\`); an access
token must name it. \`/v1/apps\` and \`/v1/app_categories\` are other names of \`/v1/connect/apps\` and \`/v1/connect/app_categories\`.
Routes under \`/sandbox/\` exist only while the sandbox provider is on.`

const scheme = {
  openapi: '3.1.0',
  info: {
    title: 'Headgate',
    version: manifest.version,
    description,
    license: { name: 'Apache License 2.0', identifier: manifest.license },
  },
  servers: [{ url: PUBLIC_URL, description: 'Where a server listens unless it is told otherwise' }],
  components: {
    securitySchemes: {
      accessToken: {
        type: 'oauth2' as const,
        description: 'For servers: an access token of an API client',
        flows: { clientCredentials: { tokenUrl: `${PUBLIC_URL}/v1/oauth/token`, scopes: scopeDescriptions } },
      },
      connectToken: {
        type: 'http' as const,
        scheme: 'bearer',
        bearerFormat: 'ctok_ and 32 hexadecimal digits',
        description: 'For browsers: a Connect token, from an origin that it allows. It has scopes, too',
      },
    },
    parameters: {
      Environment: {
        in: 'header',
        name: 'x-pd-environment',
        required: false,
        description:
          'With an access token; missing means production. A Connect token has its own environment',
        schema: { type: 'string' as const, enum: ['development', 'production'] },
      },
    },
  },
}

/** Sorted throughout: the same routes give the same text on every machine. @throws Error when a policy has no route */
export async function openApiDocument(): Promise<OpenApiDocument> {
  const { config } = loadConfig({ HEADGATE_EPHEMERAL: 'on', HEADGATE_SANDBOX: 'on' })
  const { app, close } = await createApp(config, { log: pino({ level: 'silent' }) })
  try {
    const http = await createServer(app, {
      async prepare(http) {
        await http.register(fastifySwagger, { openapi: scheme })
      },
    })
    const document = http.swagger() as unknown as OpenApiDocument
    await http.close()
    for (const [route, policy] of describedRoutes) complete(document, route, policy)
    document.components.schemas = Object.fromEntries(
      Object.entries(namedSchemas).map(([name, schema]) => [name, withReferences(schema, name)]),
    )
    document.paths = withReferences(document.paths) as OpenApiDocument['paths']
    return canonical(document) as OpenApiDocument
  } finally {
    await close()
  }
}

/** HEAD says what its GET says; the callback's other methods are there to be refused with 405. */
const isDescribed = (route: string) =>
  !route.startsWith('HEAD ') && !/^(POST|PUT|PATCH) \/connect\/oauth\/:oauth_app_id\/callback$/.test(route)

/** The routes that a client has a use for, with who may call them. */
export const describedRoutes: readonly (readonly [string, RoutePolicy])[] = Object.entries(
  routePolicies,
).filter(([route]) => isDescribed(route))

/** `GET /v1/apps/:id` -> its operation in the document. */
export function operationOf(document: OpenApiDocument, route: string): Operation {
  const [method = '', path = ''] = route.split(' ')
  const found = document.paths[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]
  if (!found) throw new Error(`${route} is not in the OpenAPI document`)
  return found
}

function complete(document: OpenApiDocument, route: string, policy: RoutePolicy): void {
  const operation = operationOf(document, route)
  operation.security = securityOf(policy)
  if (otherAnswers[route]) operation.responses = { ...otherAnswers[route] }
  if (route.includes(' /v1/')) operation.responses['default'] = otherFailure(route)
  for (const [status, answer] of Object.entries(operation.responses)) {
    if (answer.description === undefined || answer.description === 'Default Response')
      operation.responses[status] = { ...answer, description: STATUS_CODES[status] ?? '' }
  }
  const types = bodyTypes[route]
  if (types && operation.requestBody) {
    const [body] = Object.values(operation.requestBody.content)
    operation.requestBody.content = Object.fromEntries(types.map((type) => [type, body]))
  }
  const declared = readableParameters(operation.parameters ?? [])
  // A route whose schema names only its own parameter still has the project in its path.
  const missing = [...route.matchAll(/:(\w+)/g)]
    .map(([, name = '']) => ({ in: 'path', name, required: true, schema: { type: 'string' } }))
    .filter(({ name }) => !declared.some((one) => one.in === 'path' && one.name === name))
  const environment = policy.tenant === 'none' ? [] : [{ $ref: '#/components/parameters/Environment' }]
  operation.parameters = [...missing, ...declared, ...(environment as unknown as Parameter[])]
}

/** What any route may answer beside what it names: a body of another type or too large, an outage. Streams name none of theirs. */
const otherFailure = (route: string): Answer => ({
  description: 'Any other failure; 503 and 429 say in Retry-After when to try again',
  content: { 'application/json': { schema: route.includes(' /v1/oauth/') ? OAuthErrorAnswer : ErrorShape } },
})

/** A query that may hold anything: fastify-swagger takes the keywords of its record for names of parameters. */
function readableParameters(parameters: Parameter[]): Parameter[] {
  if (parameters.every(({ schema }) => typeof schema === 'object')) return parameters
  const anything = { in: 'query', name: 'parameters', style: 'form', explode: true, schema: anyTexts }
  return [anything, ...parameters.filter((one) => one.in !== 'query')]
}
const anyTexts = { type: 'object', additionalProperties: { type: 'string' } }

/** One entry suffices to be let in: each caller with each of the scopes of which any one is enough. */
function securityOf({ callers, scopes }: RoutePolicy): Record<string, readonly string[]>[] {
  const schemes = { api_client: 'accessToken', connect_token: 'connectToken' }
  const alternatives: readonly string[][] = scopes?.length ? scopes.map((scope) => [scope]) : [[]]
  return callers
    .filter((caller) => caller !== 'public')
    .flatMap((caller) => alternatives.map((scopes) => ({ [schemes[caller]]: scopes })))
}

const namesByText = new Map(
  Object.entries(namedSchemas).map(([name, schema]) => [JSON.stringify(canonical(schema)), name]),
)

/** `itself`: the name of the schema that is being written out and so is not replaced. */
function withReferences(value: unknown, itself?: string): unknown {
  if (typeof value !== 'object' || value === null) return value
  const name = namesByText.get(JSON.stringify(canonical(value)))
  if (name !== undefined && name !== itself) return { $ref: `#/components/schemas/${name}` }
  if (Array.isArray(value)) return value.map((item) => withReferences(item))
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withReferences(member)]))
}

/** Members in order, and a record as OpenAPI has it: fastify-swagger rewrites those of the routes in the same way. */
function canonical(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(canonical)
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, member]): [string, unknown] =>
        key === 'patternProperties' && '^.*$' in member
          ? ['additionalProperties', canonical(member['^.*$'])]
          : [key, canonical(member)],
      )
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  )
}
