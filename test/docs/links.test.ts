/** Links lead somewhere: between pages, to files, to headings; and the site's navigation knows every page. */
import { existsSync } from "node:fs"
import { posix } from "node:path"
import { assert, describe, it } from "vitest"
import { leadsTo } from "../../docs/.vitepress/links.ts"
import { sections } from "../../docs/.vitepress/pages.ts"
import { anchorsOf, docs, pages, proseOf } from "./pages.ts"

const known = new Map(pages.map((page) => [page.path, page]))

/** Links of a page but for those to other hosts. */
const linksIn = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)/g)].map(([, href]) => href!).filter((href) => !/^(https?|mailto):/.test(href))

describe("links", () => {
  it.each(pages.map((page) => [page.path, page] as const))("of %s lead to what is there", (path, page) => {
    for (const href of linksIn(proseOf(page))) {
      const [file, anchor] = href.split("#") as [string, string | undefined]
      const target = file === "" ? path : posix.join(posix.dirname(path), file)
      assert.isTrue(existsSync(target), `${path} links to ${href}, and there is no ${target}`)
      if (anchor === undefined) continue
      assert.isTrue(known.has(target) && anchorsOf(known.get(target)!).has(anchor), `${path} links to ${href}, and there is no such heading`)
    }
  })

  it("are told apart as the site has them", () => {
    assert.strictEqual(leadsTo("how-to/hub.md", "../data/README.md#filters"), "page")
    assert.strictEqual(leadsTo("how-to/hub.md", "../../examples/own-data"), "outside")
    assert.strictEqual(leadsTo("how-to/scale.md", "scale/trl.yaml"), "outside")
    assert.strictEqual(leadsTo("start.md", "https://example.org/a.md"), "elsewhere")
  })
})

describe("the site's navigation", () => {
  it("has every page once, and none that is not there: docs/.vitepress/pages.ts", () => {
    assert.sameMembers(sections.flatMap(({ items }) => items.map(({ page }) => `docs/${page}`)), docs.map(({ path }) => path))
  })
})
