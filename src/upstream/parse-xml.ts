/** Owns reading the plain XML of an answer: elements and their text, nothing that XML can do beyond that. */

const MAX_DEPTH = 50
/** A name ends where it ends: without the look-ahead, a long one that is never closed is tried at every length. */
const TOKEN =
  /<!--[^]*?-->|<!\[CDATA\[([^]*?)\]\]>|<\?[^]*?\?>|<(\/?)([\w.:-]+)(?![\w.:-])((?:[^<>"']|"[^"]*"|'[^']*')*?)(\/?)>|([^<]+)/gy
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

interface Element {
  name: string
  text: string
  children: Map<string, unknown[]>
}

/**
 * An element with children becomes an object of them, any other its text; an element that is there several times becomes a list.
 * Attributes and name space prefixes are left out. Undefined for what is not well-formed, and for a document type, because entities
 * of one's own are a way to attack the reader.
 */
export function parseXml(text: string): unknown {
  const root: Element = { name: '', text: '', children: new Map() }
  const open = [root]
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.length) {
    const found = TOKEN.exec(text)
    if (!found) return undefined
    const [, cdata, closes, name, , closesItself, plain] = found
    const current = open.at(-1)!
    if (cdata !== undefined) current.text += cdata
    else if (plain !== undefined) current.text += withoutEntities(plain)
    else if (name !== undefined && closes === '/') {
      if (open.length === 1 || current.name !== name) return undefined
      open.pop()
      addChild(open.at(-1)!, current)
    } else if (name !== undefined) {
      const element: Element = { name, text: '', children: new Map() }
      if (closesItself === '/') addChild(current, element)
      else if (open.length > MAX_DEPTH) return undefined
      else open.push(element)
    }
  }
  const isWhole = open.length === 1 && root.children.size === 1 && root.text.trim() === ''
  return isWhole ? valueOf(root) : undefined
}

function addChild(parent: Element, child: Element): void {
  const name = child.name.replace(/^.*:/, '')
  const same = parent.children.get(name)
  if (same) same.push(valueOf(child))
  else parent.children.set(name, [valueOf(child)])
}

function valueOf({ text, children }: Element): unknown {
  if (children.size === 0) return text.trim()
  return Object.fromEntries(
    [...children].map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
  )
}

const withoutEntities = (text: string) =>
  text.replace(
    /&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w+));/gi,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return ENTITIES[name] ?? whole
      const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole
    },
  )
