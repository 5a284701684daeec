/** The view of SQL, in a browser. */
import { readFile } from "node:fs/promises"
import { assert, it } from "vitest"
import { hostile } from "./database.ts"
import { axeProblems, describeInBrowser, isTooWide } from "./support.ts"

const link = (query: string, more = "") => `/sql?${new URLSearchParams({ query })}${more}`

const curve = "SELECT variant, step, avg(value) AS value FROM learning_curve WHERE name = 'reward' GROUP BY 1, 2"

describeInBrowser("SQL", (given) => {
  it("is written, run by the keyboard, and in the address", async () => {
    const page = await given.open("/sql")
    const editor = page.getByRole("textbox", { name: "SQL query" })
    await editor.waitFor()
    assert.match(await editor.innerText(), /FROM ablation/)
    await editor.click()
    await page.keyboard.press("Control+A")
    await page.keyboard.press("Backspace")
    await page.keyboard.type("SELECT variant, n FROM ablation WHERE name = 'mAP' ORDER BY ordinal")
    await page.keyboard.press("Control+Enter")
    await page.getByRole("row", { name: "weighted sum 3" }).waitFor()
    await page.getByText(/4 rows/).waitFor()
    assert.match(new URL(page.url()).searchParams.get("query")!, /^SELECT variant, n/)
    await page.reload()
    await page.getByRole("row", { name: "weighted sum 3" }).waitFor()
    assert.match(await editor.innerText(), /^SELECT variant, n/)
  })

  it("shows in its cells what cannot be seen, by its number", async () => {
    const page = await given.open(link("SELECT 'a' || char(8203) || 'b' AS short, char(8238) || printf('%.400c', 'x') AS long"))
    await page.getByRole("rowheader", { name: "a\\u200bb" }).waitFor()
    const long = page.getByRole("cell").locator("details")
    await long.locator("summary").click()
    assert.strictEqual(await long.locator("pre").innerText(), `\\u202e${"x".repeat(400)}`)
  })

  it("has each view and its columns beside it, and takes an example from there", async () => {
    const page = await given.open("/sql")
    const guide = page.getByRole("complementary", { name: "Views and tables" })
    await guide.getByText("final_metric", { exact: true }).first().click()
    await guide.getByText("The value; NULL where it is not finite.").first().waitFor()
    await guide.getByRole("button", { name: "Take this query" }).and(guide.locator(":visible")).click()
    await page.getByRole("textbox", { name: "SQL query" }).filter({ hasText: "FROM final_metric" }).waitFor()
  })

  it("is answered as a plot, whose columns are in the address", async () => {
    const page = await given.open(link(curve, "&as=plot&by=variant"))
    await page.getByRole("img", { name: "value over step, 3 lines" }).waitFor()
    await page.getByLabel("A line for each").selectOption("")
    await page.getByRole("img", { name: "value over step, 1 lines" }).waitFor()
    await page.getByRole("combobox", { name: "Over", exact: true }).selectOption("variant")
    await page.getByRole("img", { name: "value over variant, 1 lines" }).waitFor()
    assert.include(page.url(), "x=variant")
  })

  it("shows what is hostile as text", async () => {
    const page = await given.open(link("SELECT completion, hex(zeroblob(500000)) AS long FROM sample WHERE completion LIKE '<script>%' LIMIT 2"))
    await page.getByText(/1,000,000 characters/).first().waitFor()
    assert.include(await page.getByRole("rowheader").first().innerText(), hostile.slice(0, 30))
    assert.notInclude(await page.title(), "owned")
    assert.isFalse(await isTooWide(page))
  })

  it("says what is wrong with it, and that nothing is written", async () => {
    given.allow(/400/)
    const page = await given.open(link("SELECT nope FROM run"))
    await page.getByRole("alert").getByText("no such column: nope").waitFor()
    const write = await given.open(link("DELETE FROM run RETURNING id"))
    await write.getByRole("alert").getByText("Only statements that read").waitFor()
  })

  it("is saved as CSV", async () => {
    const page = await given.open(link("SELECT variant, n FROM ablation WHERE name = 'mAP' ORDER BY ordinal"))
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Save as CSV" }).click()])
    assert.strictEqual(download.suggestedFilename(), "answer.csv")
    assert.strictEqual(await readFile(await download.path(), "utf8"), "variant,n\nbase model,1\nAP50,3\nweighted sum,3\n\"weighted sum, cosine\",3")
  })

  it("is free of what axe finds, light and narrow, dark and wide", { tags: ["long"] }, async () => {
    for (const looks of [{ width: 390 }, { dark: true }]) {
      for (const as of ["", "&as=plot&by=variant"]) {
        const page = await given.open(link(curve, as), looks)
        await page.getByText(/60 rows/).waitFor()
        assert.deepStrictEqual(await axeProblems(page), [])
        assert.isFalse(await isTooWide(page))
      }
    }
  })
})
