/** Owns finding apps in the catalogue: filter, order and page (contract sections 2 "apps.list" and 4). */

import { BadRequest } from '../platform/errors.ts'
import { appCategoryIdOf } from './app-id.ts'
import type { Catalog, CatalogApp } from './catalog.ts'

export type AppsSortKey = 'name' | 'name_slug' | 'featured_weight'

export interface SearchAppsQuery {
  /** Every word must occur in name, slug or an alias. */
  q?: string
  /** Default `featured_weight`. */
  sort_key?: AppsSortKey
  /** Default `desc` by weight, else `asc`. */
  sort_direction?: 'asc' | 'desc'
  /** An app in any of them is found. */
  category_ids?: readonly string[]
  has_components?: boolean
  has_actions?: boolean
  has_triggers?: boolean
  /** Default 10; more than 100 counts as 100. */
  limit?: number
  after?: string
  before?: string
}

export interface AppsPage {
  data: CatalogApp[]
  count: number
  total_count: number
  start_cursor: string | null
  end_cursor: string | null
}

const DEFAULT_LIMIT = 10
const MAX_LIMIT = 100

/** Sort value, then slug: no two apps share a position. */
type Position = readonly [value: string | number, slug: string]

/**
 * `after` and `before` are strict and intersect; with `before` alone the page is the one that ends just before it.
 * @throws BadRequest for a limit below 1 and for a cursor that is none of this order
 */
export function searchApps(catalog: Catalog, query: SearchAppsQuery): AppsPage {
  const limit = query.limit ?? DEFAULT_LIMIT
  if (!Number.isInteger(limit) || limit < 1)
    throw new BadRequest('limit must be a whole number of at least 1')
  const size = Math.min(limit, MAX_LIMIT)
  const key = query.sort_key ?? 'featured_weight'
  const direction = query.sort_direction ?? (key === 'featured_weight' ? 'desc' : 'asc')
  const after = query.after === undefined ? undefined : decodeCursor('after', query.after, key)
  const before = query.before === undefined ? undefined : decodeCursor('before', query.before, key)

  const found = catalog.list().filter((app) => isWanted(app, query))
  const between = found
    .map((app) => ({ app, position: positionOf(app, key) }))
    .filter(({ position }) => after === undefined || compare(position, after, direction) > 0)
    .filter(({ position }) => before === undefined || compare(position, before, direction) < 0)
    .toSorted((a, b) => compare(a.position, b.position, direction))
  const backwards = before !== undefined && after === undefined
  const page = backwards ? between.slice(-size) : between.slice(0, size)
  const last = page.at(-1)
  // Walking backwards there is always a page after this one: the one we came from.
  const followed = backwards || between.length > page.length
  return {
    data: page.map(({ app }) => app),
    count: page.length,
    total_count: found.length,
    start_cursor: page[0] ? encodeCursor(page[0].position, key) : null,
    end_cursor: last && followed ? encodeCursor(last.position, key) : null,
  }
}

function isWanted(app: CatalogApp, query: SearchAppsQuery): boolean {
  // No components are served, so no app has any.
  if (query.has_components || query.has_actions || query.has_triggers) return false
  const { category_ids } = query
  if (category_ids?.length && !app.categories.some((name) => category_ids.includes(appCategoryIdOf(name))))
    return false
  const names = [app.name, app.name_slug, ...app.aliases].map((name) => name.toLowerCase())
  const words = (query.q ?? '').toLowerCase().split(/\s+/).filter(Boolean)
  return words.every((word) => names.some((name) => name.includes(word)))
}

const positionOf = (app: CatalogApp, key: AppsSortKey): Position => [
  key === 'name' ? app.name.toLowerCase() : app[key],
  app.name_slug,
]

/** Among equal values slugs always rise, so that a list by weight reads well. */
function compare(a: Position, b: Position, direction: 'asc' | 'desc'): number {
  if (a[0] !== b[0]) return a[0] < b[0] === (direction === 'asc') ? -1 : 1
  return a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0
}

const encodeCursor = ([value, slug]: Position, key: AppsSortKey) =>
  Buffer.from(JSON.stringify([key, value, slug])).toString('base64url')

function decodeCursor(name: string, text: string, key: AppsSortKey): Position {
  const refused = new BadRequest(`${name} is not a cursor of this list`)
  let position: unknown
  try {
    position = JSON.parse(Buffer.from(text, 'base64url').toString())
  } catch (cause) {
    throw new BadRequest(refused.message, { cause })
  }
  if (!Array.isArray(position) || position.length !== 3) throw refused
  const [of, value, slug] = position as unknown[]
  const rightValue = key === 'featured_weight' ? typeof value === 'number' : typeof value === 'string'
  if (of !== key || !rightValue || typeof slug !== 'string') throw refused
  return [value as string | number, slug]
}
