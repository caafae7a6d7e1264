/** Owns judging a body by our own account of the contract's objects, test/contract/shapes.json. */
import assert from 'node:assert/strict'
import { Ajv2020 } from 'ajv/dist/2020.js'
import shapes from './shapes.json' with { type: 'json' }

export type ShapeName = keyof (typeof shapes)['$defs']

const ajv = new Ajv2020({ allErrors: true, strict: true })
ajv.addSchema(shapes, 'shapes')

/** What is wrong with `value`, one sentence each; none when it has the shape. */
export function shapeProblems(name: ShapeName, value: unknown): string[] {
  const validate = ajv.getSchema(`shapes#/$defs/${name}`)
  if (!validate) throw new Error(`shapes.json has no ${name}`)
  void validate(value)
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${name}${instancePath} ${message} ${JSON.stringify(params)}`,
  )
}

export function assertShape(name: ShapeName, value: unknown): void {
  assert.deepEqual(shapeProblems(name, value), [], JSON.stringify(value).slice(0, 1000))
}
