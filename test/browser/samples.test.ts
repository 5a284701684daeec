/** Samples in a browser: a list that filters and pages, one whole, two side by side; what a model said is text. */
import * as Effect from "effect/Effect"
import { assert, it } from "vitest"
import type { Page } from "playwright-core"
import type { ScopedSample } from "../../src/pipeline/run/Records.ts"
import { environment, put, sampleOf, stageOf } from "../store/support.ts"
import { beginTraining, endTraining, hostile, name, planStudy, trainingStep } from "./database.ts"
import { axeProblems, describeInBrowser, isTooWide, type Site } from "./support.ts"

const at = (query: Record<string, string>): string => `/samples?${new URLSearchParams({ experiment: name, ...query })}`

const keys = (page: Page): Record<string, string> => Object.fromEntries(new URL(page.url()).searchParams)

const cards = (page: Page) => page.locator(".card")

/** Writes an experiment of one evaluation with these samples. */
const write = ({ journal }: Site, experiment: string, samples: ReadonlyArray<ScopedSample>): Promise<void> =>
  Effect.runPromise(Effect.gen(function*() {
    const variants = [{ name: "v", cell: {}, role: "variant" as const }]
    yield* journal.openExperiment({ name: experiment, question: "?", file: "s.ts", variants, table: { metrics: [], published: {} } }, environment)
    const run = yield* journal.openRun({ experiment, variant: "v", seed: 0, fingerprint: experiment, params: [] }, environment)
    const stage = yield* journal.openStage(stageOf(experiment, { kind: "evaluate", name: "counting" }))
    yield* journal.linkStage({ run, position: 0, stage, label: "counting", reused: false })
    yield* journal.closeStage(stage, { output: yield* put(journal, experiment), records: { step: 0, metrics: [], samples } })
  }))

describeInBrowser("samples", (given) => {
  it("begin with the worst held-out answers, and page on without losing one", async () => {
    const page = await given.open(at({}))
    await page.getByText("100 samples").waitFor()
    const seen: Array<string> = []
    for (let more = true; more;) {
      await page.locator(".waiting").waitFor({ state: "detached" })
      seen.push(...await page.locator(".card .open").evaluateAll((links) => links.map((link) => new URL((link as unknown as { href: string }).href).searchParams.get("sample")!)))
      const next = page.getByRole("link", { name: "Next page" })
      more = await next.count() > 0
      const last = seen.at(-1)!
      if (more) {
        await next.click()
        await page.locator(`.card .open[href$="sample=${last}"]`).waitFor({ state: "detached" })
      }
    }
    assert.strictEqual(new Set(seen).size, 100)
    assert.lengthOf(seen, 100)
    await page.getByRole("link", { name: "First page" }).click()
    // the last page's cards stand until the first page's come
    await cards(page).first().locator(".parts .looked", { hasText: /^ap0/ }).waitFor()
  })

  it("are filtered by what stands in the URL, and a link restores all of it", async () => {
    const page = await given.open(at({}))
    await page.getByText("100 samples").waitFor()
    await page.getByLabel("Row").selectOption("base model")
    await page.getByText("10 samples").waitFor()
    await page.getByText("More filters").click()
    await page.getByLabel("Ended").selectOption("length")
    await page.getByText("2 of 10 samples fit").waitFor()
    await page.getByLabel("Tokens from").fill("26")
    await page.getByLabel("Tokens from").press("Enter")
    await page.getByText("1 of 10 samples fit").waitFor()
    assert.deepStrictEqual(keys(page), {
      experiment: name,
      stage: "detection",
      part: "ap",
      sort: "value",
      variant: "base model",
      open: "filters",
      finish: "length",
      tokens: "26.."
    })
    const again = await given.open(page.url().slice(given.url.length))
    await again.getByText("1 of 10 samples fit").waitFor()
    assert.strictEqual(await again.getByLabel("Ended").inputValue(), "length")
    await again.getByRole("button", { name: "Clear these" }).click()
    await again.getByText("10 samples").waitFor()
    await again.getByLabel("Part of the reward").selectOption("format")
    await again.getByLabel("format failed").selectOption("yes")
    await again.getByText("2 of 10 samples fit").waitFor()
    assert.include(await cards(again).first().innerText(), "failed")
    await again.getByLabel("Label", { exact: true }).fill("no such label")
    await again.getByLabel("Label", { exact: true }).press("Enter")
    await again.getByText("No sample fits").waitFor()
    await again.getByRole("button", { name: "Show all again" }).click()
    await again.getByText("100 samples").waitFor()
  })

  it("open whole, with boxes that are switched by label and kind, magnified, and walked through by keys", async () => {
    const page = await given.open(at({ variant: "AP50", seed: "0", sort: "run" }))
    await cards(page).first().locator(".open").click()
    await page.getByRole("heading", { name: "Example example-0" }).waitFor()
    const boxes = page.locator(".one .frame")
    assert.strictEqual(await boxes.count(), 2)
    await page.getByRole("combobox", { name: "Boxes" }).selectOption("true")
    await boxes.nth(1).waitFor({ state: "detached" })
    await page.getByRole("button", { name: "cat" }).click()
    await boxes.first().waitFor({ state: "detached" })
    await page.waitForURL(/boxes=true&hide=cat/)
    await page.getByRole("img", { name: /^Picture of example/ }).focus()
    await page.keyboard.press("+")
    await page.keyboard.press("ArrowRight")
    await page.waitForURL(/zoom=1\.50%2C0\.6/)
    await page.reload()
    const viewBox = await page.locator(".one svg").getAttribute("viewBox")
    assert.strictEqual(viewBox!.split(" ")[2], "64")
    await page.getByRole("link", { name: "Next" }).waitFor()
    await page.keyboard.press("j")
    await page.getByRole("heading", { name: "Example example-1" }).waitFor()
    assert.isUndefined(keys(page)["zoom"])
    await page.keyboard.press("k")
    await page.getByRole("heading", { name: "Example example-0" }).waitFor()
    await page.keyboard.press("u")
    await page.getByText("10 samples").waitFor()
  })

  it("go on at the end of a page with the first of the next", async () => {
    const page = await given.open(at({ sort: "run" }))
    await page.getByText("100 samples").waitFor()
    const last = cards(page).last().locator(".open")
    const id = new URL((await last.getAttribute("href"))!, given.url).searchParams.get("sample")!
    await last.click()
    await page.getByRole("link", { name: "Next" }).waitFor()
    await page.keyboard.press("j")
    await page.waitForURL((url) => url.searchParams.has("after") && url.searchParams.get("sample") !== id)
    await page.getByRole("link", { name: "Next" }).waitFor()
    const beyond = keys(page)["sample"]!
    await page.keyboard.press("u")
    await cards(page).first().locator(`.open[href$="sample=${beyond}"]`).waitFor()
  })

  it("come while a run writes, without a reload, and stay those of the stage that was looked at", { tags: ["long"] }, async () => {
    await Effect.runPromise(planStudy(given.journal, "writing"))
    const begun = await Effect.runPromise(beginTraining(given.journal, "writing", "AP50", 0))
    const commit = (step: number) => Effect.runPromise(given.journal.commitStep(begun.loop, trainingStep(given.picture, step, 1)))
    await commit(0)
    const page = await given.open("/samples?experiment=writing")
    await page.getByText("4 samples", { exact: true }).waitFor()
    await page.evaluate("window.sameDocument = true")
    await commit(5)
    await page.getByText("8 samples", { exact: true }).waitFor()
    await Effect.runPromise(endTraining(given.journal, begun, given.picture, 37))
    await page.getByLabel("Stage").locator("option", { hasText: "detection (10)" }).waitFor({ state: "attached" })
    assert.strictEqual(await page.getByLabel("Stage").locator("option:checked").innerText(), "loop (8)")
    await page.getByText("8 samples", { exact: true }).waitFor()
    assert.isTrue(await page.evaluate("window.sameDocument"))
  })

  it("of a metric that is worked out from others are none, and where there are some is said", async () => {
    const page = await given.open(at({ variant: "AP50", metric: "accuracy/firstStep" }))
    await page.getByRole("heading", { name: "No samples of this metric" }).waitFor()
    assert.strictEqual(await cards(page).count(), 0)
    await page.getByRole("link", { name: "detection", exact: true }).click()
    await page.getByText("30 samples").waitFor()
  })

  it("show the picture, not the file that a database names", async () => {
    const page = await given.open(at({ variant: "AP50", seed: "0", sort: "run" }))
    const image = page.locator(".card image").first()
    await image.waitFor()
    assert.match((await image.getAttribute("href"))!, /^\/api\/samples\/\d+\/image\?side=320$/)
    assert.strictEqual(await page.locator(".picture .lost").count(), 0)
    given.allow(/status of 404/)
    await write(given, "lost", [sampleOf(0, { details: { image: "/etc/passwd", width: 10, height: 10, inputWidth: 10, inputHeight: 10 } })])
    const lost = await given.open("/samples?experiment=lost")
    await lost.getByText("the picture cannot be shown").waitFor()
  })

  it("stand side by side with another run's answer to the same example, part by part", async () => {
    const page = await given.open(at({ variant: "base model", sort: "run" }))
    await cards(page).first().locator(".open").click()
    await page.getByLabel("Beside it").selectOption({ label: "weighted sum, seed 2" })
    await page.getByRole("heading", { name: "Right: weighted sum, seed 2" }).waitFor()
    const row = page.getByRole("row", { name: /^ap/ })
    assert.strictEqual(await row.innerText(), "ap\t0.12\t0.445\t+0.325")
    const again = await given.open(page.url().slice(given.url.length))
    await again.getByRole("heading", { name: "Right: weighted sum, seed 2" }).waitFor()
    await again.getByRole("link", { name: /most changed first/ }).click()
    await again.getByText("10 pairs").waitFor()
    assert.include(await again.getByRole("row", { name: /^ap/ }).innerText(), "10 of 10")
  })

  it("say what stands beside a sample also where it is of another run and another step", async () => {
    const idOf = async (query: Record<string, string>): Promise<string> => {
      const asked = new URLSearchParams({ experiment: name, stage: "loop", example: "example-0", seed: "0", ...query })
      const { samples } = await (await fetch(`${given.url}/api/samples?${asked}`)).json() as { readonly samples: ReadonlyArray<{ readonly id: number }> }
      return String(samples[0]!.id)
    }
    const [left, right] = [await idOf({ variant: "AP50", step: "0" }), await idOf({ variant: "weighted sum", step: "15" })]
    const page = await given.open(at({ sample: left, with: right }))
    const beside = page.getByLabel("Beside it")
    await page.getByRole("heading", { name: "Right: weighted sum, seed 0" }).waitFor()
    assert.strictEqual(await beside.locator("option:checked").innerText(), "weighted sum, seed 0, step 15")
    await beside.selectOption({ label: "weighted sum, seed 0" })
    await page.locator("section", { has: page.getByRole("heading", { name: /^Right/ }) }).getByText("loop, step 0").waitFor()
    assert.strictEqual(await beside.locator("option", { hasText: "step 15" }).count(), 1, "that of its own run")
  })

  it("are compared over two runs or two steps, the most changed first", async () => {
    const page = await given.open(at({}))
    await page.getByRole("link", { name: "Two runs or steps side by side" }).click()
    await page.getByText("10 pairs").waitFor()
    await page.getByRole("combobox", { name: "Right", exact: true }).selectOption({ label: "weighted sum, seed 0" })
    await page.locator(".pair").first().getByText("weighted sum, seed 0").waitFor()
    const changes = (await page.locator(".pair > p strong").allInnerTexts()).map((text) => Math.abs(Number(text.replace("−", "-"))))
    assert.deepStrictEqual(changes, changes.toSorted((a, b) => b - a))
    await page.locator(".pair a").first().click()
    await page.getByRole("heading", { name: /^Left: base model/ }).waitFor()
    await page.keyboard.press("u")
    await page.getByText("10 pairs").waitFor()
    await page.getByRole("combobox", { name: "Right", exact: true }).selectOption({ index: 0 })
    await page.getByText("10 pairs").waitFor()
  })

  it("show what a model said as text, with what cannot be seen named, and a megabyte folded", async () => {
    await write(given, "hostile", [
      sampleOf(0, { details: {}, completion: hostile, example: hostile, rewards: [{ part: "ap", value: 0, error: hostile }] }),
      sampleOf(1, { details: {}, completion: "x\u202e<b>".repeat(1 << 18), example: "long" })
    ])
    const page = await given.open("/samples?experiment=hostile&sort=run")
    await page.getByText("2 samples").waitFor()
    await page.locator(".card .about a").first().click()
    const answer = page.getByRole("group", { name: "Answer" })
    await answer.waitFor()
    assert.strictEqual(await answer.textContent(), hostile.replace("\u202e", "\\u202e").replace("\u0000", "\\x00"))
    assert.strictEqual(await page.locator("main script, main img[src=x], main b").count(), 0)
    assert.notInclude(await page.title(), "owned")
    await page.getByRole("link", { name: "Next" }).waitFor()
    await page.keyboard.press("j")
    await page.getByText(/of 1,310,720 characters/).waitFor()
    assert.isBelow((await answer.innerText()).length, 40_000)
    await page.getByRole("button", { name: "Show more" }).click()
    await page.getByText("24,000 characters of 1,310,720 characters").waitFor()
    await page.getByRole("button", { name: "Show less" }).click()
    await page.getByText(/^4,000 characters of/).waitFor()
  })

  it("show well without a picture and without boxes", async () => {
    await write(given, "counting", [sampleOf(0, { details: { task: "counting" }, completion: "<answer>3</answer>", tokenCount: 0 })])
    const page = await given.open("/samples?experiment=counting")
    await page.locator(".card .about a").first().click()
    await page.getByText("This sample has no picture.").waitFor()
    await page.getByText("tokens were not counted").waitFor()
    await page.getByText("No reward was given here.").waitFor()
    assert.deepStrictEqual(await axeProblems(page), [])
  })

  it("say what to do where there is nothing yet, or no such thing", async () => {
    const page = await given.open("/samples")
    await cards(page).first().waitFor()
    assert.notStrictEqual(keys(page)["experiment"] ?? "", "", "it begins with the experiment that changed last")
    given.allow(/status of 404/)
    const lost = await given.open("/samples?experiment=nope")
    await lost.getByRole("alert").getByText("nope").first().waitFor()
    const gone = await given.open(at({ sample: "99999999" }))
    await gone.getByRole("alert").getByText("There is no sample 99999999").waitFor()
  })

  it("are free of what axe finds, light and narrow, dark and wide, and never scroll sideways", { tags: ["long"] }, async () => {
    const page = await given.open(at({ variant: "base model", sort: "run" }))
    const first = (await cards(page).first().locator(".open").getAttribute("href"))!
    await page.goto(given.url + first)
    await page.getByLabel("Beside it").selectOption({ index: 1 })
    await page.getByRole("heading", { name: /^Right/ }).waitFor()
    const two = page.url().slice(given.url.length)
    await page.getByRole("link", { name: /most changed first/ }).click()
    await page.getByText("10 pairs").waitFor()
    const pairs = page.url().slice(given.url.length)
    for (const looks of [{ dark: true }, { width: 390 }]) {
      for (const path of [at({ finish: "stop" }), first, two, pairs]) {
        const seen = await given.open(path, looks)
        await seen.locator(".picture .frame").first().waitFor()
        assert.deepStrictEqual(await axeProblems(seen), [], path)
        assert.isFalse(await isTooWide(seen), path)
      }
    }
  })
})
