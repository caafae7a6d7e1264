/** Owns the type of the HTTP server as route files see it, and what a request carries once it is let in. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify'
import type { Caller } from '../access/caller.ts'
import type { ProjectEnvironment } from '../access/project-environment.ts'
import type { RoutePolicy } from '../access/route-policies.ts'

export type Http = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

declare module 'fastify' {
  interface FastifySchema {
    summary?: string
    description?: string
    tags?: readonly string[]
  }
  interface FastifyRequest {
    /** Set on every route that is not public. */
    caller: Caller
    /** Set on every route whose policy binds a project. */
    projectEnvironment: ProjectEnvironment
  }
  interface FastifyContextConfig {
    policy?: RoutePolicy
    /** The error body has the shape of RFC 6749 section 5.2. */
    oauth?: boolean
  }
}
