/** Owns reading a source file for the house rules: what it imports, and its code without comments and strings. */
import { dirname, join } from 'node:path/posix'

export interface Import {
  target: string // a path from the project's root if isOurs, else the package
  isOurs: boolean
  isType: boolean
}
export interface SourceFile {
  path: string
  text: string
  code: string // without comments, strings and the fixed parts of templates
  imports: Import[]
}

const TOKEN =
  /(?<comment>\/\*[^]*?\*\/|\/\/[^\n]*)|(?<string>'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")|(?<template>`(?:\\.|[^`\\])*`)|(?<=[(,=:[!&|?{};\n]\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])+\/[a-z]*/g
const STATIC_IMPORT =
  /^\s*(?:import|export)\s+(type\s+(?!from\b))?(?:(?:\*\s*(?:as\s+[\w$]+)?|[\w$]+)?\s*,?\s*(?:\{[^{}]*\})?\s*from\s*)?['"]([^'"]+)['"]/gm
const DYNAMIC_IMPORT = /\bimport\s*\(\s*['"]([^'"]+)['"]/g

/** `path` is relative to the project's root. Reads without a parser: comments, strings and regular expressions never count as code. */
export function sourceFile(path: string, text: string): SourceFile {
  const strip = (keepStrings: boolean) =>
    text.replace(TOKEN, (token, ...rest) => {
      const kind = rest.at(-1) as Record<string, string | undefined>
      if (kind.string !== undefined) return keepStrings ? token : "''"
      if (kind.template === undefined) return ' '
      return [...token.matchAll(/\$\{([^}]*)\}/g)].map((hole) => `(${hole[1]})`).join(' ')
    })
  const withStrings = strip(true)
  const found = (from: string, isType: boolean): Import => {
    const isOurs = from.startsWith('.')
    return { target: isOurs ? join(dirname(path), from) : from, isOurs, isType }
  }
  const imports = [
    ...[...withStrings.matchAll(STATIC_IMPORT)].map((m) => found(m[2]!, m[1] !== undefined)),
    ...[...withStrings.matchAll(DYNAMIC_IMPORT)].map((m) => found(m[1]!, false)),
  ]
  return { path, text, code: strip(false), imports }
}
