/** The page on a large experiment: 20 runs of 10,000 steps and 50,000 samples. */
import { assert, it } from "vitest"
import * as Large from "../../bench/support/largeStore.ts"
import { describeInBrowser } from "./support.ts"

const experiment = Large.experimentName(0)

describeInBrowser("a large experiment", (given) => {
  it("is among the experiments, done", async () => {
    const page = await given.open("/experiments")
    await page.getByRole("row", { name: new RegExp(experiment) }).getByText("20", { exact: false }).first().waitFor()
  })

  it("has its ablation table, of every row", async () => {
    const page = await given.open(`/ablation?experiment=${experiment}`)
    await page.getByRole("rowheader").nth(3).waitFor()
    assert.deepStrictEqual(await page.getByRole("rowheader").getByRole("link").allTextContents(), [0, 1, 2, 3].map((i) => `variant-${i}`))
    assert.strictEqual(await page.locator("svg.intervals circle").count(), 4)
  })

  it("has its curves over all steps, as bands and as a line for each seed", { tags: ["long"] }, async () => {
    const page = await given.open(`/curves?experiment=${experiment}`)
    await page.getByRole("img", { name: "loop/reward over steps 0 to 9999, 4 lines" }).waitFor()
    await page.getByText(/^Each \d+ steps are drawn by their lowest and their highest value/).waitFor()
    await page.getByLabel("Seeds").selectOption("lines")
    await page.locator("[aria-busy=false]").getByRole("row", { name: /^variant-3/ }).getByText(/^\S+ {2}\S+ {2}\S+ {2}\S+ {2}\S+$/).waitFor()
  })

  it("has its samples, sorted whole, page after page", async () => {
    const page = await given.open(`/samples?experiment=${experiment}&sort=-tokens`)
    await page.getByText("50,000 samples").waitFor()
    await page.getByRole("link", { name: "Next page" }).click()
    await page.getByRole("link", { name: "First page" }).waitFor()
    await page.locator("[aria-busy=false] .card").nth(23).waitFor()
    await page.getByLabel("Row").selectOption("variant-2")
    await page.getByText("12,500 samples").waitFor()
  })

  it("has its runs, and each of them", async () => {
    const page = await given.open(`/runs?experiment=${experiment}`)
    await page.getByRole("row").nth(20).waitFor()
    await page.getByRole("rowheader").first().getByRole("link").click()
    await page.getByRole("row", { name: /^loop/ }).first().waitFor()
  })

  it("is answered about in SQL", async () => {
    const page = await given.open(`/sql?${new URLSearchParams({ query: `SELECT count(*) AS n FROM learning_curve WHERE experiment = '${experiment}' AND name = 'reward'` })}`)
    await page.getByRole("rowheader", { name: "200000" }).waitFor()
  })
}, undefined, async ({ db, objects }) => {
  await Large.write(db, objects, { experiments: 1, variants: 4, seeds: 5, steps: 2, metrics: 2, samples: 2_500 })
  Large.lengthen(db, 10_000)
})
