/**
 * Owns when a route's schemas are compiled: with the first request that needs them. All of them, checks and serializers of every answer, were more
 * than half of a start. The compilers are Fastify's own. A trap: to Fastify they are custom, and then it leaves the names in a schema of headers as
 * they are; they have to be in lower case.
 */
import { AjvCompiler } from '@fastify/ajv-compiler'
import { SerializerSelector } from '@fastify/fast-json-stringify-compiler'
import type { FastifyServerOptions } from 'fastify'

type Compilers = NonNullable<NonNullable<FastifyServerOptions['schemaController']>['compilersFactory']>

/** What is wrong is in `errors` until the next call. */
type Check = ((value: unknown) => unknown) & { errors?: unknown }
type Serialize = (value: unknown) => string
type Builder<Made> = (schemas: unknown, options: unknown) => (route: unknown) => Made

const buildCheck = AjvCompiler() as unknown as Builder<Check>
const buildSerialize = SerializerSelector() as unknown as Builder<Serialize>

const lazyCheck: Builder<Check> = (schemas, options) => {
  const compile = buildCheck(schemas, options)
  return (route) => {
    let compiled: Check | undefined
    const check: Check = (value) => {
      compiled ??= compile(route)
      const result = compiled(value)
      check.errors = compiled.errors
      return result
    }
    return check
  }
}

const lazySerialize: Builder<Serialize> = (schemas, options) => {
  const compile = buildSerialize(schemas, options)
  return (route) => {
    let compiled: Serialize | undefined
    return (value) => (compiled ??= compile(route))(value)
  }
}

const compilers = (buildValidator: Builder<Check>, buildSerializer: Builder<Serialize>) =>
  ({ buildValidator, buildSerializer }) as unknown as Compilers

export const lazyCompilers = compilers(lazyCheck, lazySerialize)
/** All at the start, as Fastify does when it is not told otherwise: what does not compile is found. */
export const eagerCompilers = compilers(buildCheck, buildSerialize)
