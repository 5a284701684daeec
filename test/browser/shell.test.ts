/** The page around the views: it opens, it can be walked through, and its address is its state. */
import type { Page } from "playwright-core"
import { assert, it } from "vitest"
import { axeProblems, describeInBrowser, isTooWide } from "./support.ts"

describeInBrowser("the shell", (given) => {
  it("opens at the experiments, and a link to anything opens there", async () => {
    const page = await given.open("/")
    await page.getByRole("heading", { name: "Experiments" }).waitFor()
    assert.strictEqual(new URL(page.url()).pathname, "/experiments")
    assert.strictEqual(await page.title(), "Experiments · assay")
    const lost = await given.open("/no-such-view")
    await lost.getByRole("alert").getByText("There is no view").waitFor()
  })

  it("is free of what axe finds, light, dark and narrow, and never scrolls sideways", async () => {
    for (const looks of [{}, { dark: true }, { width: 390 }]) {
      const page = await given.open("/experiments", looks)
      await page.getByRole("cell", { name: "done" }).first().waitFor()
      assert.deepStrictEqual(await axeProblems(page), [])
      assert.isFalse(await isTooWide(page))
    }
  })

  it("explains its keys at ?, and keeps the colours that t chooses", async () => {
    const page = await given.open("/experiments")
    await page.getByRole("heading", { name: "Experiments" }).waitFor()
    await page.keyboard.press("?")
    await page.getByRole("dialog").getByText("show these shortcuts").waitFor()
    assert.deepStrictEqual(await axeProblems(page), [])
    await page.keyboard.press("Escape")
    const ground = () => page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    const before = await ground()
    await page.keyboard.press("t")
    await page.keyboard.press("t")
    assert.notStrictEqual(await ground(), before)
    await page.reload()
    assert.notStrictEqual(await ground(), before)
  })

  it("puts the focus on what a link leads to", async () => {
    const focused = (page: Page) => page.locator("#main:focus").waitFor()
    const page = await given.open("/experiments")
    await page.getByRole("link", { name: "reward-comparison" }).press("Enter")
    await focused(page)
    await page.getByRole("table").first().waitFor()
    await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: "Runs" }).press("Enter")
    await focused(page)
    await page.getByRole("row").nth(3).waitFor()
    await page.keyboard.press("Tab")
    assert.isTrue(await page.evaluate("document.getElementById('main').contains(document.activeElement)"))
  })

  it("marks what it shows as that of an earlier question while the server is away", async () => {
    const page = await given.open("/ablation?experiment=reward-comparison")
    await page.getByRole("columnheader", { name: "recall@0.5" }).waitFor()
    given.allow(/ERR_FAILED/)
    await page.route("**/api/**", (route) => route.abort())
    await page.getByText("Metrics (2 of").click()
    await page.getByRole("group", { name: "detection" }).getByLabel("AP50").check()
    await page.getByRole("status").getByText("not connected").waitFor()
    await page.locator("[aria-busy=true]").getByRole("columnheader", { name: "recall@0.5" }).waitFor()
    await page.unroute("**/api/**")
    await page.locator("[aria-busy=false]").getByRole("columnheader", { name: "AP50" }).waitFor()
  })

  it("says what could not be drawn in its place, and goes on elsewhere", async () => {
    const page = await given.open("/experiments")
    await page.getByRole("link", { name: "reward-comparison" }).waitFor()
    await page.route("**/api/runs/one?*", async (route) => route.fulfill({ json: { ...await (await route.fetch()).json() as object, metrics: null } }))
    await page.evaluate("history.pushState(null, '', '/runs?run=4'); dispatchEvent(new PopStateEvent('popstate'))")
    await page.getByRole("alert").getByRole("heading", { name: "Runs cannot be shown" }).waitFor()
    await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: "Runs" }).click()
    await page.getByRole("row", { name: /AP50/ }).first().waitFor()
  })

  it("says when the server is gone", { tags: ["long"] }, async () => {
    const page = await given.open("/experiments")
    await page.getByRole("link", { name: "reward-comparison" }).waitFor()
    given.allow(/ERR_FAILED/)
    await page.route("**/api/**", (route) => route.abort())
    await page.getByRole("status").getByText("not connected").waitFor()
    await page.getByRole("link", { name: "reward-comparison" }).waitFor()
    await page.unroute("**/api/**")
    await page.getByRole("status").getByText("not connected").waitFor({ state: "detached" })
  })
})

describeInBrowser("the shell of a server with a token", (given) => {
  it("asks for it once, and is then told by a cookie that no script reads", async () => {
    given.allow(/status of 401/)
    const page = await given.open("/experiments?sort=name")
    await page.getByLabel("Token").fill("wrong")
    await page.getByRole("button", { name: "Open" }).click()
    await page.getByText("That is not it.").waitFor()
    given.allow(/ERR_FAILED/)
    await page.route("**/api/session", (route) => route.abort())
    await page.getByRole("button", { name: "Open" }).click()
    await page.getByText("The server cannot be reached").waitFor()
    await page.unroute("**/api/session")
    await page.getByLabel("Token").fill("secret")
    await page.getByRole("button", { name: "Open" }).click()
    await page.getByRole("link", { name: "reward-comparison" }).waitFor()
    assert.strictEqual(await page.evaluate("document.cookie"), "")
    const [cookie] = await page.context().cookies()
    assert.deepInclude(cookie, { httpOnly: true, sameSite: "Strict" })
    assert.notInclude(cookie!.value, "secret")
    await page.reload()
    await page.getByRole("link", { name: "reward-comparison" }).waitFor()
  })

  it("takes it from a link, of whose address nothing is left", async () => {
    const page = await given.open("/experiments#token=secret")
    await page.getByRole("link", { name: "reward-comparison" }).waitFor()
    assert.strictEqual(page.url(), `${given.url}/experiments`)
  })
}, "secret")
