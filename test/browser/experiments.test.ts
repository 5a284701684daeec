/** The experiments, and that a run which goes on elsewhere moves them. */
import * as Effect from "effect/Effect"
import { assert, it } from "vitest"
import { beginTraining, endTraining, planStudy, steps, trainingStep } from "./database.ts"
import { axeProblems, describeInBrowser, isTooWide, whileRunning } from "./support.ts"

describeInBrowser("experiments", (given) => {
  it("show what is asked, how far it is, and lead to its table", async () => {
    const page = await given.open("/experiments")
    const row = page.getByRole("row", { name: /reward-comparison/ })
    await row.getByText("Which reward trains the best detector?").waitFor()
    await row.getByText("12 of 12").waitFor()
    await row.getByText("done", { exact: true }).waitFor()
    assert.strictEqual(await row.getByRole("link").getAttribute("href"), "/ablation?experiment=reward-comparison")
  })

  it("keep in the URL how they are sorted", async () => {
    await Effect.runPromise(planStudy(given.journal, "second"))
    const page = await given.open("/experiments?sort=-name")
    await page.getByRole("columnheader", { name: "Experiment" }).waitFor()
    assert.deepStrictEqual(await page.getByRole("rowheader").getByRole("link").allTextContents(), ["second", "reward-comparison"])
    await page.getByRole("button", { name: "Experiment" }).click()
    await page.waitForURL(/\/experiments$/)
    await page.getByRole("button", { name: "Experiment" }).click()
    await page.waitForURL(/sort=name$/)
    assert.deepStrictEqual(await page.getByRole("rowheader").getByRole("link").allTextContents(), ["reward-comparison", "second"])
    assert.strictEqual(await page.getByRole("columnheader", { name: "Experiment" }).getAttribute("aria-sort"), "ascending")
  })

  it("follow a run that goes on meanwhile, without a reload", async () => {
    await Effect.runPromise(planStudy(given.journal, "live"))
    const page = await given.open("/experiments")
    const row = page.getByRole("row", { name: /live/ })
    await row.getByText("planned").waitFor()
    await page.evaluate("window.sameDocument = true")
    await whileRunning(given.db, async () => {
      const begun = await Effect.runPromise(beginTraining(given.journal, "live", "AP50", 0))
      await Effect.runPromise(given.journal.commitStep(begun.loop, trainingStep(given.picture, 0, 1)))
      await row.getByText("running").waitFor()
      const now = page.getByRole("region", { name: "Running now: live" })
      await now.getByText(`loop · step 1 of ${steps}`).waitFor()
      assert.deepStrictEqual(await axeProblems(page), [])
      for (let step = 1; step < steps; step++) await Effect.runPromise(given.journal.commitStep(begun.loop, trainingStep(given.picture, step, 1)))
      await now.getByText(`step ${steps} of ${steps}`).waitFor()
      await now.getByText(/left|any moment/).first().waitFor()
      await Effect.runPromise(endTraining(given.journal, begun, given.picture, 30))
      await row.getByText("1 of 4", { exact: true }).waitFor()
    })
    await row.getByText("stopped").waitFor()
    assert.isTrue(await page.evaluate("window.sameDocument"))
  })

  it("do not ask on in a tab that nobody sees", { tags: ["long"] }, async () => {
    const page = await given.open("/experiments")
    await page.getByRole("link", { name: "reward-comparison" }).waitFor()
    let asked = 0
    page.on("request", () => asked++)
    await page.waitForTimeout(2500)
    assert.isAtLeast(asked, 1)
    // headless tabs are never hidden by themselves
    await page.evaluate(`Object.defineProperty(document, "hidden", { value: true, configurable: true })`)
    await page.waitForTimeout(2500)
    asked = 0
    await page.waitForTimeout(3000)
    assert.strictEqual(asked, 0)
    await page.evaluate(`Object.defineProperty(document, "hidden", { value: false }); document.dispatchEvent(new Event("visibilitychange"))`)
    await page.waitForRequest(/api\/experiments/)
  })

  it("fit a phone and suit axe while something runs, light and dark", async () => {
    await whileRunning(given.db, async () => {
      await Effect.runPromise(beginTraining(given.journal, "live", "AP50", 1))
      for (const looks of [{ dark: true }, { width: 390 }]) {
        const page = await given.open("/experiments", looks)
        await page.getByRole("region", { name: "Running now: live" }).waitFor()
        assert.deepStrictEqual(await axeProblems(page), [])
        assert.isFalse(await isTooWide(page))
      }
    })
  })
})
