/** The view of curves, in a browser. */
import type { Page } from "playwright-core"
import { assert, it } from "vitest"
import { axeProblems, describeInBrowser, isTooWide } from "./support.ts"

const keysOf = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams)

describeInBrowser("curves", (given) => {
  const opened = async (query = "", looks = {}) => {
    const page = await given.open(`/curves${query}`, looks)
    await page.getByRole("img", { name: /over steps/ }).waitFor()
    return page
  }

  it("open with the reward of the last experiment, a band for each row, and what each is at the last step", async () => {
    const page = await opened()
    await page.getByRole("img", { name: "loop/reward over steps 0 to 19, 3 lines" }).waitFor()
    const row = page.getByRole("row", { name: /^AP50/ })
    assert.match(await row.innerText(), /0\.827\s+\(0\.789 to 0\.865\)/)
    assert.strictEqual(await page.locator(".plot canvas").count(), 1)
  })

  it("keep every choice in their address, which opens as it was left", async () => {
    const page = await opened()
    await page.getByLabel("Curve").selectOption("part loop/ap")
    await page.getByLabel("Seeds").selectOption("lines")
    await page.getByRole("combobox", { name: "By", exact: true }).selectOption("reward")
    await page.getByLabel("log scale").check()
    await page.getByLabel("Up to step").fill("10")
    await page.getByLabel("Up to step").press("Tab")
    await page.getByLabel("Risen by").fill("0.05")
    await page.getByLabel("Risen by").press("Tab")
    await page.getByLabel("Smoothing").fill("0.5")
    await page.getByRole("button", { name: "AP50" }).click()
    assert.deepStrictEqual(keysOf(page), {
      part: "loop/ap",
      show: "lines",
      by: "reward",
      log: "1",
      to: "10",
      rise: "0.05",
      smooth: "0.5",
      hide: "reward-comparison/AP50"
    })
    const again = await opened(new URL(page.url()).search)
    assert.strictEqual(await again.getByLabel("Curve").inputValue(), "part loop/ap")
    assert.strictEqual(await again.getByLabel("Smoothing").inputValue(), "0.5")
    assert.isTrue(await again.getByLabel("log scale").isChecked())
    assert.strictEqual(await again.getByRole("button", { name: "AP50" }).getAttribute("aria-pressed"), "false")
    await again.getByText("Exponential average with weight 0.5").waitFor()
    await again.getByRole("columnheader", { name: "First step risen" }).waitFor()
  })

  it("point at a step by the keyboard, and take a range of steps that is drawn over them", async () => {
    const page = await opened()
    const plot = page.getByRole("img", { name: /over steps/ })
    await plot.focus()
    await page.keyboard.press("ArrowRight")
    await page.getByRole("columnheader", { name: "At step 0" }).waitFor()
    const box = (await page.locator(".u-over").boundingBox())!
    const at = (part: number) => [box.x + part * box.width, box.y + box.height / 2] as const
    await page.mouse.move(...at(0.25))
    await page.mouse.down()
    await page.mouse.move(...at(0.5), { steps: 4 })
    await page.mouse.up()
    await page.getByRole("img", { name: /over steps 5 to/ }).waitFor()
    assert.strictEqual(keysOf(page)["from"], "5")
    await page.getByRole("button", { name: "All steps" }).click()
    await page.getByRole("img", { name: "loop/reward over steps 0 to 19, 3 lines" }).waitFor()
  })

  it("say of what has none what to do", async () => {
    const page = await given.open("/curves?experiment=reward-comparison&to=0&from=1")
    await page.getByRole("heading", { name: "No curve here" }).waitFor()
    given.allow(/404/)
    const lost = await given.open("/curves?experiment=reward")
    await lost.getByRole("alert").getByText(/reward-comparison/).waitFor()
  })

  it("are free of what axe finds, light and narrow, dark and wide", async () => {
    for (const looks of [{ width: 390 }, { dark: true }]) {
      const page = await opened("?smooth=0.5&rise=0.1&hide=reward-comparison/AP50", looks)
      assert.deepStrictEqual(await axeProblems(page), [])
      assert.isFalse(await isTooWide(page))
    }
  })
})
