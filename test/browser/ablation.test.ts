/** The ablation table in a browser: complete, sorted and chosen by its URL, leading on, moved by a live run, good to download. */
import * as Effect from "effect/Effect"
import { readFile } from "node:fs/promises"
import { assert, it } from "vitest"
import { beginTraining, endTraining, planStudy, steps, trainingStep, writeGrid } from "./database.ts"
import { axeProblems, describeInBrowser, isTooWide } from "./support.ts"

const path = "/ablation?experiment=reward-comparison"

describeInBrowser("the ablation table", (given) => {
  const rowNames = (page: Awaited<ReturnType<typeof given.open>>) => page.getByRole("rowheader").getByRole("link").allTextContents()

  it("is complete: means, intervals, differences, published figures, notes, plot", async () => {
    const page = await given.open(path)
    const row = page.getByRole("row", { name: /^weighted sum to/ })
    await row.getByText("42.67 ± 4.36", { exact: true }).waitFor()
    await row.getByText("+9.67 ± 0.72 *").first().waitFor()
    await row.getByText("27.5", { exact: true }).waitFor()
    assert.deepStrictEqual(await rowNames(page), ["base model", "AP50", "weighted sum", "weighted sum, cosine"])
    await page.getByRole("region", { name: "Notes" }).getByText("Evaluated on 10 held-out images.").waitFor()
    assert.strictEqual(await page.locator("svg.intervals circle").count(), 4)
    assert.strictEqual(await page.locator("svg.intervals path.published").count(), 2)
  })

  it("without an experiment in its URL is that of the one that changed last", async () => {
    const page = await given.open("/ablation")
    await page.waitForURL(/experiment=reward-comparison$/)
    await page.getByText("42.67 ± 4.36", { exact: true }).waitFor()
  })

  it("of another experiment is a step further, from which there is a way back", async () => {
    await Effect.runPromise(planStudy(given.journal, "another"))
    const page = await given.open(`${path}&sort=-n`)
    await page.getByLabel("Experiment").locator("option", { hasText: "another" }).waitFor({ state: "attached" })
    await page.getByLabel("Experiment").selectOption("another")
    await page.waitForURL(/experiment=another$/)
    await page.goBack()
    await page.waitForURL(/experiment=reward-comparison&sort=-n$/)
    await page.getByText("42.67 ± 4.36", { exact: true }).waitFor()
  })

  it("has one metric at least", async () => {
    const page = await given.open(`${path}&open=metrics&metrics=detection%2FmAP&metrics=detection%2FAP50`)
    const boxes = page.getByRole("group", { name: "detection" })
    await boxes.getByLabel("AP50").uncheck()
    await page.waitForURL(/metrics=detection%2FmAP$/)
    assert.isTrue(await boxes.getByLabel("mAP").isDisabled())
    await boxes.getByLabel("AP50").check()
    assert.isTrue(await boxes.getByLabel("mAP").isEnabled())
  })

  it("keeps in its URL how it is sorted, what is plotted, which metrics are shown and what is open", async () => {
    const page = await given.open(path)
    await page.getByRole("button", { name: "mAP" }).click()
    await page.getByLabel("What of it").selectOption({ label: "differences to AP50" })
    await page.getByText("Metrics (2 of").click()
    await page.getByRole("group", { name: "loop" }).getByLabel("reward/ap").check()
    await page.getByRole("group", { name: "detection" }).getByLabel("recall@0.5").uncheck()
    await page.getByText("Metrics (2 of").click()
    await page.getByRole("columnheader", { name: "loop/reward/ap" }).waitFor()
    await page.getByRole("columnheader", { name: "recall@0.5" }).waitFor({ state: "detached" }) // what is there until then goes
    await page.getByText("The SQL that gives these numbers").click()
    await page.waitForURL(/open=sql/)
    const restored = await given.open(page.url().slice(given.url.length))
    for (const one of [page, restored]) {
      await one.getByText("SELECT m.variant").waitFor()
      assert.deepStrictEqual(await rowNames(one), ["weighted sum", "AP50", "weighted sum, cosine", "base model"])
      assert.deepStrictEqual((await one.getByRole("columnheader").allTextContents()).map((text) => text.replace("▼", "")), ["reward", "n", "mAP %", "loop/reward/ap"])
      assert.strictEqual(await one.locator("svg.intervals circle").count(), 2)
      assert.strictEqual(await one.getByLabel("What of it").inputValue(), "baseline")
    }
  })

  it("leads from a row to its runs and from a number to the samples of its evaluation", async () => {
    await Effect.runPromise(writeGrid(given.journal, "two", given.picture, { beside: "ood" }))
    const page = await given.open("/ablation?experiment=two")
    const row = page.getByRole("row", { name: /^AP50, 3B/ }).first()
    assert.strictEqual(await row.getByRole("rowheader").getByRole("link").getAttribute("href"), "/runs?experiment=two&variant=AP50%2C+3B")
    await row.getByRole("cell").getByRole("link").first().click()
    await page.getByText("10 samples").waitFor()
    assert.strictEqual(await page.getByLabel("Stage").locator("option:checked").innerText(), "detection (30)")
    await page.goBack()
    await page.getByRole("table", { name: "mAP (%) by reward and size" }).getByRole("link", { name: "38.50" }).click()
    await page.getByText("10 samples").waitFor()
    assert.strictEqual(await page.getByLabel("Stage").locator("option:checked").innerText(), "detection (30)")
    assert.strictEqual(await page.getByLabel("Row").inputValue(), "AP50, 7B")
  })

  it("is downloaded as it is shown", async () => {
    const page = await given.open(`${path}&metrics=detection%2FAP50`)
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "csv" }).click()])
    assert.strictEqual(download.suggestedFilename(), "reward-comparison.csv")
    const text = await readFile(await download.path(), "utf8")
    assert.match(text, /^experiment,variant,role,metric/)
    assert.include(text, "reward-comparison,AP50,baseline,detection/AP50,detection,AP50,%,10,0,3,53,")
  })

  it("moves when a run ends elsewhere, without a reload", async () => {
    await Effect.runPromise(planStudy(given.journal, "growing"))
    const page = await given.open("/ablation?experiment=growing")
    await page.getByText("2 runs to come").first().waitFor()
    await page.evaluate("window.sameDocument = true")
    const begun = await Effect.runPromise(beginTraining(given.journal, "growing", "AP50", 0))
    for (let step = 0; step < steps; step++) await Effect.runPromise(given.journal.commitStep(begun.loop, trainingStep(given.picture, step, 1)))
    await Effect.runPromise(endTraining(given.journal, begun, given.picture, 37.25))
    await page.getByRole("row", { name: /^AP50/ }).getByText("37.25", { exact: true }).waitFor()
    await page.getByText("1 run to come").waitFor()
    assert.isTrue(await page.evaluate("window.sameDocument"))
  })

  it("suits axe, dark and on a phone, and says of an unknown experiment or metric what there is", { tags: ["long"] }, async () => {
    for (const looks of [{ dark: true }, { width: 390 }]) {
      const page = await given.open(`${path}&open=metrics&open=sql`, looks)
      await page.getByText("42.67 ± 4.36", { exact: true }).waitFor()
      assert.deepStrictEqual(await axeProblems(page), [])
      assert.isFalse(await isTooWide(page))
    }
    given.allow(/status of 40[04]/)
    const lost = await given.open("/ablation?experiment=reward-comparisn")
    await lost.getByRole("alert").getByText("Did you mean \"reward-comparison\"?").waitFor()
    const unknown = await given.open(`${path}&metrics=detection%2FmAPP`)
    await unknown.getByRole("alert").getByText("Did you mean \"detection/mAP\"").waitFor()
  })

  it("of two axes also stands as a grid of the metric that is plotted", async () => {
    await Effect.runPromise(writeGrid(given.journal, "sizes", given.picture))
    const page = await given.open("/ablation?experiment=sizes")
    const grid = page.getByRole("table", { name: "mAP (%) by reward and size" })
    await grid.waitFor()
    assert.deepStrictEqual(await grid.getByRole("columnheader").allTextContents(), ["reward", "3B", "7B"])
    assert.deepStrictEqual(await grid.getByRole("cell").allTextContents(), ["31.00", "38.50", "–", "47.00"])
    assert.deepStrictEqual(await axeProblems(page), [])
    const other = await given.open("/ablation?experiment=sizes&plot=detection%2Frecall%400.5")
    await other.getByRole("table", { name: "recall@0.5 (%) by reward and size" }).getByRole("cell", { name: "77.00" }).waitFor()
  })
})
