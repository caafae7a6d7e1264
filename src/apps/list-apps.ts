/** Owns answering a list of apps. */
import type { App } from '../app.ts'
import type { ListAppsQuery } from './contract.ts'
import { readPageQuery } from '../db/page-query.ts'
import { renderApp } from './render-app.ts'
import { searchApps } from './search-apps.ts'

const isOn = (flag: string | undefined) => flag === 'true' || flag === '1'

export function listApps(app: Pick<App, 'catalog' | 'config'>, query: ListAppsQuery) {
  const { category_ids: categories, q, sort_key, sort_direction } = query
  const { data, ...page_info } = searchApps(app.catalog.current, {
    ...readPageQuery(query),
    ...(q === undefined ? {} : { q }),
    ...(sort_key === undefined ? {} : { sort_key }),
    ...(sort_direction === undefined ? {} : { sort_direction }),
    ...(categories === undefined
      ? {}
      : { category_ids: [categories].flat().flatMap((part) => part.split(',')) }),
    has_components: isOn(query.has_components),
    has_actions: isOn(query.has_actions),
    has_triggers: isOn(query.has_triggers),
  })
  return { data: data.map((found) => renderApp(app, found)), page_info }
}
