/** Owns walking through a list: from the front and from the back, and what its page_info must say on the way (contract section 4). */
import assert from 'node:assert/strict'
import type { ContractWorld, PageInfo } from './contract-world.ts'

type ListShape = 'AppPage' | 'AccountPage' | 'ExternalUserPage' | 'OAuthAppPage'
interface Page {
  data: { id: string }[]
  page_info: PageInfo
}

/** The ids of all pages in list order, the same from both ends. `path` has a query already. `total` null: the list does not know it. */
export async function walkPages(
  { call }: ContractWorld,
  shape: ListShape,
  path: string,
  limit: number,
  total: number | null,
): Promise<string[]> {
  const read = async (query: string) => {
    const page = await call<Page>(200, shape, 'GET', `${path}&limit=${limit}${query}`)
    assert.equal(page.page_info.count, page.data.length)
    assert.equal(page.page_info.total_count, total)
    assert.ok(page.data.length <= limit)
    if (page.data.length === 0) {
      assert.equal(page.page_info.start_cursor, null)
      assert.equal(page.page_info.end_cursor, null)
    }
    return { ids: page.data.map(({ id }) => id), ...page.page_info }
  }
  const pages = [await read('')]
  for (let next = pages[0]!.end_cursor; next !== null; next = pages.at(-1)!.end_cursor) {
    pages.push(await read(`&after=${encodeURIComponent(next)}`))
    assert.ok(pages.length <= 200, 'the list does not end')
    assert.ok(pages.at(-1)!.ids.length > 0, 'a cursor led to an empty page')
  }
  const ids = pages.flatMap((page) => page.ids)
  assert.equal(new Set(ids).size, ids.length, 'an item came twice')
  if (total !== null) assert.equal(ids.length, total)

  // Backwards from the last page: each page ends just before the one after it.
  const last = pages.at(-1)!
  const backwards = [...last.ids]
  for (let before = last.start_cursor; before !== null;) {
    const page = await read(`&before=${encodeURIComponent(before)}`)
    backwards.unshift(...page.ids)
    if (page.ids.length > 0) assert.notEqual(page.end_cursor, null, 'a page follows: the one we came from')
    before = page.start_cursor
  }
  assert.deepEqual(backwards, ids)

  // Both together: what lies strictly between.
  if (pages.length > 1) {
    const both = `&after=${encodeURIComponent(pages[0]!.start_cursor!)}&before=${encodeURIComponent(last.start_cursor!)}`
    const between = ids.slice(1, ids.indexOf(last.ids[0]!))
    assert.deepEqual((await read(both)).ids, between.slice(0, limit))
  }
  return ids
}
