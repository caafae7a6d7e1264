/** Owns the rules that every source file keeps, as functions from files to what is wrong with them. */
import { basename } from 'node:path/posix'
import type { Import, SourceFile } from './source-file.ts'

/** Room, or file beside the rooms -> what it may import; `db:type` means the room db, by `import type` only. */
export type HousePlan = Record<string, readonly string[]>

export interface Rule {
  name: string
  find(files: SourceFile[]): string[]
}

const isTest = (path: string) => path.endsWith('.test.ts')
/** `src/accounts/store.ts` -> `accounts`; `src/main.ts` -> `main.ts`; a package or another folder -> undefined. */
const roomOf = (path: string) => (path.startsWith('src/') ? path.split('/')[1] : undefined)
export const isRoom = (name: string) => !name.endsWith('.ts')

/** What counts as an edge. The type of the server that routes are hung on doesn't: routes.ts is the room's part of that door. */
const ownImports = (file: SourceFile): Import[] =>
  file.imports.filter(
    ({ target, isOurs, isType }) =>
      isOurs && !(isType && target === 'src/http/http.ts' && basename(file.path) === 'routes.ts'),
  )

/** A rule that looks at one non-test file of `src/` at a time and returns what is wrong with it. */
const perSource = (name: string, look: (file: SourceFile, room: string) => string[]): Rule => ({
  name,
  find: (files) =>
    files
      .filter((file) => file.path.startsWith('src/') && !isTest(file.path))
      .flatMap((file) => look(file, roomOf(file.path)!).map((what) => `${file.path}: ${what}`)),
})

/** A rule that keeps a package, or a way of writing code, inside one place. */
const onlyIn = (name: string, where: RegExp, advice: string, what: { import?: RegExp; code?: RegExp }) =>
  perSource(name, (file) => {
    if (where.test(file.path)) return []
    const imported = file.imports.filter(({ target }) => what.import?.test(target)).map((i) => i.target)
    const written = what.code?.exec(file.code)?.[0].trim()
    return [...imported, ...(written ? [written] : [])].map((found) => `${found}; ${advice}`)
  })

export function findCycle(graph: ReadonlyMap<string, Iterable<string>>): string[] | undefined {
  const finished = new Set<string>()
  const visit = (room: string, trail: string[]): string[] | undefined => {
    if (trail.includes(room)) return [...trail.slice(trail.indexOf(room)), room]
    if (finished.has(room)) return undefined
    for (const next of graph.get(room) ?? []) {
      const cycle = visit(next, [...trail, room])
      if (cycle) return cycle
    }
    finished.add(room)
    return undefined
  }
  for (const room of graph.keys()) {
    const cycle = visit(room, [])
    if (cycle) return cycle
  }
  return undefined
}

function roomGraph(files: SourceFile[]): Map<string, Set<string>> {
  const graph = new Map<string, Set<string>>()
  for (const file of files) {
    const from = roomOf(file.path)
    if (!from || !isRoom(from) || isTest(file.path)) continue
    const reached = graph.get(from) ?? new Set()
    for (const { target } of ownImports(file)) {
      const to = roomOf(target)
      if (to && isRoom(to) && to !== from) reached.add(to)
    }
    graph.set(from, reached)
  }
  return graph
}

export const houseRules = (housePlan: HousePlan): Rule[] => [
  perSource('every room and every file beside the rooms is in the house plan', (_file, room) =>
    housePlan[room] ? [] : [`${room} is unknown; add it to the house plan in src/architecture.test.ts`],
  ),
  perSource('a room imports another only along an edge of the house plan', (file, from) =>
    ownImports(file).flatMap(({ target, isType }) => {
      const to = roomOf(target)
      if (to === undefined && /\.[jt]sx?$/.test(target))
        return [`${target} is outside src/; move what is needed into a room`]
      const allowed = housePlan[from]
      if (!allowed || to === undefined || to === from || allowed.includes(to)) return []
      if (!allowed.includes(`${to}:type`))
        return [`${target}; ${from} may not import ${to}. Move the shared part down, or decide on a new edge`]
      return isType ? [] : [`${target}; take what you need as an argument and \`import type\` its shape`]
    }),
  ),
  {
    name: 'rooms do not import each other in a circle',
    find: (files) => {
      const cycle = findCycle(roomGraph(files))
      return cycle ? [`${cycle.join(' -> ')}; move what both need into the lower room`] : []
    },
  },
  perSource('store.ts is private to its room', (file, from) =>
    file.imports
      .filter(({ target }) => basename(target) === 'store.ts' && roomOf(target) !== from)
      .map(({ target }) => `${target}; call an operation of that room instead`),
  ),
  perSource('routes.ts is imported only by http/', (file, from) =>
    file.imports
      .filter(({ target }) => basename(target) === 'routes.ts' && roomOf(target) && from !== 'http')
      .map(({ target }) => `${target}; call the operation behind the route instead`),
  ),
  onlyIn(
    'kysely stays in store.ts and db/',
    /\/store\.ts$|^src\/db\//,
    "write the query as a function of the room's store.ts",
    { import: /^kysely(?:\/|$)/ },
  ),
  onlyIn(
    'fastify stays in routes.ts and http/',
    /\/routes\.ts$|^src\/http\//,
    'an operation takes plain arguments; read the request in routes.ts',
    { import: /^(?:fastify(?:\/|-|$)|@fastify\/)/ },
  ),
  onlyIn(
    'cryptography stays in platform/crypto/',
    /^src\/platform\/crypto\//,
    'call platform/crypto, or add the one function that is missing there',
    {
      import: /^(?:node:)?crypto$/,
      code: /(?<![.\w$])crypto\s*\.\s*\w+|\b(?:globalThis|global)\s*\.\s*crypto\b/,
    },
  ),
  onlyIn('the network stays in upstream/', /^src\/upstream\//, 'call upstream/, where the egress guard is', {
    import: /^undici(?:\/|$)/,
    code: /(?<![.\w$])fetch\s*\(|\b(?:globalThis|global)\s*\.\s*fetch\b/,
  }),
  onlyIn('process.env stays in config.ts', /^src\/config\.ts$/, 'add a setting to src/config.ts', {
    code: /\bprocess\s*\.\s*env\b/,
  }),
  onlyIn(
    'the time stays in platform/clock.ts',
    /^src\/platform\/clock\.ts$/,
    'take a Clock and call clock.now()',
    {
      code: /\bDate\s*\.\s*now\b|\bnew\s+Date\s*(?:\(\s*\)|(?![\s\w(]))/,
    },
  ),
  {
    name: 'no drawers',
    find: (files) =>
      files
        .filter(({ path }) => /\/(?:utils?|helpers?|common|misc|types|shared|index)(?:\.|\/)/.test(path))
        .map(({ path }) => `${path}: name it for the one thing it does (and import it directly, no barrel)`),
  },
  {
    name: 'no default exports',
    find: (files) =>
      files
        .filter(({ code }) => /^\s*export\s+default\b|\bas\s+default\b/m.test(code))
        .map(({ path }) => `${path}: export by name`),
  },
  perSource('a file opens with one line that says what it owns', (file) =>
    file.text.startsWith('/**') ? [] : ['begin with `/** Owns ... */`'],
  ),
  {
    name: 'no file is longer than 300 lines',
    find: (files) =>
      files
        .filter(({ path }) => !path.startsWith('src/db/migrations/'))
        .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
        .filter(({ lines }) => lines > 300)
        .map(
          ({ path, lines }) => `${path}: ${lines} lines; find the second thing it owns and give it a file`,
        ),
  },
  {
    name: 'web/ takes only types, and only from contract.ts',
    find: (files) =>
      files
        .filter(({ path }) => path.startsWith('web/') && !isTest(path))
        .flatMap((file) =>
          file.imports
            .filter((i) => roomOf(i.target) && !(i.isType && basename(i.target) === 'contract.ts'))
            .map(({ target }) => `${file.path}: ${target}; ask the API, and import its contract.ts by type`),
        ),
  },
]
