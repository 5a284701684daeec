/** A report as a browser shows it. */
import type { Page } from "playwright-core"
import { assert, beforeAll, it } from "vitest"
import { chapters, pageOf } from "../report/html/support.ts"
import { axeProblems, describeInBrowser, isTooWide, type Looks } from "./support.ts"

describeInBrowser("a report", (given) => {
  let content = ""
  beforeAll(async () => {
    const { planned, whole } = await chapters()
    content = pageOf(whole, planned)
  })

  const show = async (looks?: Looks): Promise<Page> => {
    const page = await given.open("/", looks)
    await page.route("**/report.html", (route) => route.fulfill({ body: content, contentType: "text/html" }))
    await page.goto(`${given.url}/report.html`)
    return page
  }

  it.each([["light", {}], ["dark", { dark: true }], ["on a phone", { width: 390 }]] as const)("is accessible and fits: %s", { tags: ["long"] }, async (_, looks) => {
    const page = await show(looks)
    assert.deepStrictEqual(await axeProblems(page), [])
    assert.isFalse(await isTooWide(page))
  })

  it("runs nothing of what a model said", async () => {
    const page = await show()
    assert.strictEqual(await page.title(), "reward-comparison + planned")
    assert.strictEqual(await page.evaluate("document.scripts.length + document.querySelectorAll('img').length"), 0)
  })

  it("gives rows the colours of the page: the line of a row is its mark's, light and dark", async () => {
    const colours = async (looks: Looks) => {
      const page = await show(looks)
      return page.evaluate(`[
        getComputedStyle([...document.querySelectorAll("th")].find((th) => th.textContent.startsWith("AP50")).querySelector(".mark") ?? document.querySelector("tbody .mark")).backgroundColor,
        getComputedStyle([...document.querySelectorAll("figure path")].find((path) => path.querySelector("title")?.textContent === "AP50")).stroke
      ]`) as Promise<readonly [string, string]>
    }
    const [light, dark] = [await colours({}), await colours({ dark: true })]
    assert.strictEqual(light[0], light[1])
    assert.strictEqual(dark[0], dark[1])
    assert.notStrictEqual(light[0], dark[0])
  })

  it("shows one figure of each pair: the wide one, or on a phone the narrow one", async () => {
    for (const [width, shown] of [[1280, ".wide"], [390, ".narrow"]] as const) {
      const page = await show({ width })
      assert.strictEqual(await page.locator(`figure ${shown} svg >> visible=true`).count(), await page.locator("figure").count())
      assert.strictEqual(await page.locator("figure svg >> visible=true").count(), await page.locator("figure").count())
    }
  })
})
