/** The view of curves, in a browser. */
// @module-tag long
import * as Effect from "effect/Effect"
import type { Page } from "playwright-core"
import { assert, it } from "vitest"
import { beginTraining, planStudy, trainingStep } from "./database.ts"
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
    await page.waitForURL(/hide=/)
    assert.deepStrictEqual(keysOf(page), {
      experiment: "reward-comparison",
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

  it("follow the slider however long it is moved, and their address follows them", async () => {
    const page = await opened()
    const moved = await page.evaluate(`(() => {
      const slider = document.querySelector("input[type=range]")
      for (let i = 1; i <= 500; i++) {
        slider.value = i === 500 ? "0.37" : String(i % 90 / 100)
        slider.dispatchEvent(new Event("input", { bubbles: true }))
      }
      return new Promise((resolve) => setTimeout(() => resolve(slider.parentElement.querySelector("output").textContent), 100))
    })()`)
    assert.strictEqual(moved, "0.37")
    await page.waitForURL(/smooth=0\.37/)
    await page.getByLabel("Smoothing").fill("0.4")
    await page.getByLabel("Smoothing").fill("0.5")
    await page.getByLabel("log scale").check() // a step of its own, with what stood before it
    await page.waitForURL(/smooth=0\.5&log=1/)
    await page.goBack()
    await page.waitForURL(/smooth=0\.5$/)
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

  it("stay those that they were opened with when another experiment changes, here and in the address", async () => {
    const page = await opened()
    const search = "?experiment=reward-comparison&metric=loop%2Freward"
    await page.waitForURL((url) => url.search === search)
    await Effect.runPromise(planStudy(given.journal, "later"))
    const { loop } = await Effect.runPromise(beginTraining(given.journal, "later", "AP50", 0))
    for (let step = 0; step < 4; step++) await Effect.runPromise(given.journal.commitStep(loop, trainingStep(given.picture, step, 1)))
    await page.locator(".choose label").first().getByText("later").waitFor({ state: "attached" })
    await page.getByRole("img", { name: "loop/reward over steps 0 to 19, 3 lines" }).waitFor()
    assert.strictEqual(new URL(page.url()).search, search)
  })

  it("grow under a run that writes, while the step that is pointed at and a range that is being drawn stay", async () => {
    await Effect.runPromise(planStudy(given.journal, "growing"))
    const { loop } = await Effect.runPromise(beginTraining(given.journal, "growing", "AP50", 0))
    const commit = (step: number) => Effect.runPromise(given.journal.commitStep(loop, trainingStep(given.picture, step, 1)))
    for (let step = 0; step < 4; step++) await commit(step)
    const page = await opened("?experiment=growing&metric=loop%2Freward")
    const plot = page.getByRole("img", { name: /over steps 0 to 3/ })
    await plot.focus()
    for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowRight")
    const pointed = page.getByRole("columnheader", { name: "At step 2", exact: true })
    await pointed.waitFor()
    const canvas = await page.locator(".plot canvas").elementHandle()
    for (const [step, width] of [[4, 1280], [5, 1000]] as const) {
      await page.setViewportSize({ width, height: 800 })
      await commit(step)
      await page.getByRole("img", { name: `over steps 0 to ${step}` }).waitFor()
      await pointed.waitFor()
      // with the picture drawn anew for another width, it is another canvas
      assert.strictEqual(await canvas!.evaluate((drawn) => (drawn as unknown as { readonly isConnected: boolean }).isConnected), width === 1280)
    }
    await page.keyboard.press("ArrowRight")
    await page.getByRole("columnheader", { name: "At step 3", exact: true }).waitFor()
    const box = (await page.locator(".u-over").boundingBox())!
    await page.mouse.move(box.x + 0.2 * box.width, box.y + 100)
    await page.mouse.down()
    await page.mouse.move(box.x + 0.6 * box.width, box.y + 100, { steps: 4 })
    await commit(6)
    await page.getByRole("img", { name: "over steps 0 to 6" }).waitFor()
    await page.mouse.up()
    await page.waitForURL(/from=1&to=4/)
    await page.getByRole("img", { name: /over steps 1 to 4/ }).waitFor()
    assert.strictEqual((await page.locator(".u-select").boundingBox())?.width ?? 0, 0, "a range that was taken is no longer drawn")
  })

  it("say at which steps a mean is of fewer seeds than the line", async () => {
    await Effect.runPromise(planStudy(given.journal, "ending"))
    for (const [seed, count] of [[0, 8], [1, 5]] as const) {
      const { loop } = await Effect.runPromise(beginTraining(given.journal, "ending", "AP50", seed))
      for (let step = 0; step < count; step++) await Effect.runPromise(given.journal.commitStep(loop, trainingStep(given.picture, step, 1 + 2 * seed)))
    }
    const page = await opened("?experiment=ending")
    const row = page.getByRole("row", { name: /^AP50/ })
    await row.getByText("0.55, 1 of 2 seeds").waitFor()
    await page.getByText(/^Dots: the mean of fewer seeds/).waitFor()
    await page.getByRole("img", { name: /over steps/ }).focus()
    await page.keyboard.press("ArrowRight")
    await row.getByText("0.2", { exact: true }).waitFor()
  })

  it("have a gap in line and band where a seed has no value, and a dot there for the other", async () => {
    await Effect.runPromise(planStudy(given.journal, "gapped"))
    for (const seed of [0, 1]) {
      const { loop } = await Effect.runPromise(beginTraining(given.journal, "gapped", "AP50", seed))
      for (let step = 0; step < 6; step++) {
        const record = trainingStep(given.picture, step, 2 + 2 * seed)
        const lacks = seed === 1 && step === 3
        await Effect.runPromise(given.journal.commitStep(loop, lacks ? { ...record, metrics: record.metrics.filter(({ name }) => name !== "reward") } : record))
      }
    }
    const page = await opened("?experiment=gapped&metric=loop/reward")
    await page.getByText(/^Dots: the mean of fewer seeds/).waitFor()
    // whether anything is coloured between a step and the next, behind what a dot covers
    const coloured = await page.evaluate(`(async () => {
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
      const canvas = document.querySelector(".plot canvas")
      const [over, all] = [document.querySelector(".u-over").getBoundingClientRect(), canvas.getBoundingClientRect()]
      const scale = canvas.width / all.width
      return [0, 1, 2, 3, 4].map((step) => {
        const left = (over.left - all.left + over.width * (step + 0.1) / 5) * scale
        const { data } = canvas.getContext("2d").getImageData(left, (over.top - all.top) * scale, over.width * 0.16 * scale, over.height * scale)
        let count = 0
        for (let i = 0; i < data.length; i += 4) {
          const colour = [data[i], data[i + 1], data[i + 2]]
          if (data[i + 3] > 0 && Math.max(...colour) - Math.min(...colour) > 40) count++
        }
        return count > 0
      })
    })()`)
    assert.deepStrictEqual(coloured, [true, true, false, false, true])
  })

  it("say that none of the experiments has what is named, and draw nothing else instead", async () => {
    const page = await given.open("/curves?experiment=reward-comparison&metric=loop/entropy")
    await page.getByRole("heading", { name: "No curve of this name" }).waitFor()
    await page.getByText("loop/entropy was recorded at no more than one step").waitFor()
    assert.deepStrictEqual([await page.getByLabel("Curve").inputValue(), await page.locator(".plot").count()], ["", 0])
    assert.deepStrictEqual(await axeProblems(page), [])
    await page.getByLabel("Curve").selectOption("metric loop/loss")
    await page.getByRole("img", { name: /^loop\/loss over steps/ }).waitFor()
    assert.strictEqual(keysOf(page)["metric"], "loop/loss")
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
