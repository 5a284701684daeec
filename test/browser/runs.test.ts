/** The view of runs, in a browser. */
import * as Effect from "effect/Effect"
import { dirname } from "node:path"
import { assert, it } from "vitest"
import * as Store from "../../src/store/index.ts"
import { environment } from "../store/support.ts"
import { planStudy } from "./database.ts"
import { axeProblems, describeInBrowser, isTooWide } from "./support.ts"

describeInBrowser("runs", (given) => {
  it("are a table that is filtered and sorted by its address", async () => {
    const page = await given.open("/runs?experiment=reward-comparison&variant=AP50&sort=-seed")
    const rows = page.getByRole("row")
    await rows.nth(3).waitFor()
    assert.deepStrictEqual(await page.getByRole("rowheader").allInnerTexts(), ["6", "5", "4"])
    await page.getByLabel("Seed").selectOption("1")
    await rows.nth(2).waitFor({ state: "detached" })
    assert.include(page.url(), "seed=1")
    await page.getByRole("link", { name: "5", exact: true }).click()
    await page.getByRole("heading", { name: "Run 5: AP50, seed 1" }).waitFor()
  })

  it("show stages with fingerprints, last numbers, config as a tree, and the environment", async () => {
    const page = await given.open("/runs?run=4")
    await page.getByRole("heading", { name: "Run 4: AP50, seed 0" }).waitFor()
    await page.getByRole("row", { name: /^loop/ }).locator("summary").click()
    await page.getByText("\"of\": \"reward-comparison AP50 0 loop\"").waitFor()
    await page.getByRole("row", { name: "detection/mAP 31 %" }).waitFor()
    assert.match(await page.locator(".tree").first().innerText(), /loop\s+steps 20/)
    await page.getByText("git.commit").waitFor()
    await page.getByRole("heading", { name: "Log" }).waitFor()
    await page.getByText("Nothing is logged").waitFor()
  })

  it("say how much of a long log is not shown, and lead to samples only while tables have them", async () => {
    await Effect.runPromise(planStudy(given.journal, "long"))
    const entries = Array.from({ length: 512 }, (_, i): Store.Entry =>
      ({ variant: "AP50", seed: 0, stage: undefined, level: "info", at: "2026-11-28T10:00:00.000Z", message: `entry ${i}.` }))
    const write = Store.logWriter({ file: given.db, objects: `${dirname(given.db)}/objects` })
    await Effect.runPromise(Effect.scoped(Effect.flatMap(write, (add) => add("long", entries))))
    const page = await given.open("/runs?experiment=long")
    await page.getByRole("row", { name: /AP50/ }).first().getByRole("link").first().click()
    await page.getByText(/^12 earlier entries are not shown: assay logs \d+ prints the whole log\.$/).waitFor()
    await page.getByText("entry 12.", { exact: true }).waitFor()
    const samples = page.locator("main").getByRole("link", { name: "samples" })
    await samples.waitFor()
    await Effect.runPromise(given.journal.openRun({ experiment: "long", variant: "AP50", seed: 0, fingerprint: "changed", params: [] }, environment))
    await page.getByText("The study has changed since").waitFor()
    await samples.waitFor({ state: "detached" })
  })

  it("have fingerprints to copy, also where the browser gives a page no clipboard", async () => {
    const page = await given.open("/runs?run=4")
    await page.context().grantPermissions(["clipboard-read"])
    await page.evaluate("window.clipboard = navigator.clipboard; Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    const row = page.getByRole("row", { name: /^loop/ })
    await row.locator("summary").click()
    await row.getByRole("button", { name: "Copy fingerprint" }).click()
    await row.getByText("copied").waitFor()
    assert.strictEqual(await page.evaluate("clipboard.readText()"), await row.locator("summary").getAttribute("title"))
    assert.strictEqual(await page.evaluate("document.activeElement.textContent"), "Copy fingerprint", "the focus is where it was")
  })

  it("are compared: what differs, and that alone", async () => {
    const page = await given.open("/runs?run=4")
    await page.getByLabel("Compare with").selectOption({ label: "8: weighted sum, seed 1" })
    await page.getByRole("heading", { name: "What tells run 4 from run 8" }).waitFor()
    const config = page.getByRole("table", { name: "Config that differs" })
    await config.getByRole("rowheader").first().waitFor()
    assert.deepStrictEqual(await config.getByRole("rowheader").allInnerTexts(), ["reward", "seed"])
    assert.strictEqual(await page.getByRole("heading", { name: "Environment" }).count(), 0)
    assert.isAbove(await page.locator("ins").count(), 0)
    const same = await given.open("/runs?run=4&other=4")
    await same.getByRole("heading", { name: "They differ in nothing" }).waitFor()
  })

  it("hide nothing: what cannot be seen of a config, an error or a log has its number", async () => {
    const run = (seed: number, prompt: string) =>
      given.journal.openRun({ experiment: "unseen", variant: "AP50", seed, fingerprint: `unseen ${seed}`, params: [{ path: "prompt", value: prompt }] }, environment)
    await Effect.runPromise(planStudy(given.journal, "unseen"))
    const left = await Effect.runPromise(run(5, "Where is the cat?"))
    const right = await Effect.runPromise(run(6, "Where\u200b is the \u202ecat?"))
    await Effect.runPromise(given.journal.closeRun(right, "failed", "no\u200bthing"))
    const page = await given.open(`/runs?run=${left}&other=${right}`)
    await page.locator("ins").first().waitFor()
    assert.deepStrictEqual(await page.locator("ins").allInnerTexts(), ["\\u200b", "\\u202e"])
    await page.goto(`${given.url}/runs?run=${right}`)
    await page.getByText("Where\\u200b is the \\u202ecat?").waitFor()
    await page.getByRole("alert").getByText("no\\u200bthing").waitFor()
  })

  it("show what a fingerprint stands for as it is where it is no JSON", async () => {
    const page = await given.open("/experiments")
    await page.route("**/api/runs/one?*", async (route) => {
      const run = await (await route.fetch()).json() as { readonly stages: ReadonlyArray<object> }
      await route.fulfill({ json: { ...run, stages: run.stages.map((stage) => ({ ...stage, preimage: "{not json" })) } })
    })
    await page.goto(`${given.url}/runs?run=4`)
    await page.getByRole("row", { name: /^loop/ }).locator("summary").click()
    await page.getByText("{not json").first().waitFor()
  })

  it("say what to do where there is none", async () => {
    given.allow(/404/)
    const page = await given.open("/runs?run=99")
    await page.getByRole("alert").getByText(/There is no run 99/).waitFor()
    const none = await given.open("/runs?experiment=reward-comparison&seed=9")
    await none.getByRole("heading", { name: "No run of that kind" }).waitFor()
  })

  it("are free of what axe finds, light and narrow, dark and wide", { tags: ["long"] }, async () => {
    for (const looks of [{ width: 390 }, { dark: true }]) {
      for (const path of ["/runs", "/runs?run=4", "/runs?run=4&other=8"]) {
        const page = await given.open(path, looks)
        await page.getByRole("table").first().waitFor()
        assert.deepStrictEqual(await axeProblems(page), [], path)
        assert.isFalse(await isTooWide(page), path)
      }
    }
  })
})
