import { DOMParser, parseHTML } from "linkedom"
import { assert, beforeAll, describe, it } from "vitest"
import { hues } from "../../../src/report/figures/palette.ts"
import { report as markdown } from "../../../src/report/markdown/report.ts"
import { join } from "../../../src/report/table/join.ts"
import { chapters, made, pageOf } from "./support.ts"

type Chapters = Awaited<ReturnType<typeof chapters>>

let { planned, whole } = {} as Chapters
let page = ""
beforeAll(async () => {
  const read = await chapters()
  ;({ planned, whole } = read)
  page = pageOf(whole)
})

const documentOf = (html: string) => parseHTML(html).document as unknown as Document
interface Node { readonly tagName: string; readonly textContent: string; readonly getAttribute: (name: string) => string | null }
interface Document { readonly querySelectorAll: (selector: string) => ReadonlyArray<Node> }
const texts = (html: string, selector: string): ReadonlyArray<string> => [...documentOf(html).querySelectorAll(selector)].map(({ textContent }) => textContent)

describe("a report", () => {
  it("says all that it promises", () => {
    assert.deepStrictEqual(texts(page, "h1"), ["Which reward trains the best detector?"])
    assert.deepStrictEqual(texts(page, "h2"), [
      "Results", "Learning curves", "Parts of the reward", "What varies", "Answers", "Tokens", "What is missing or failed", "What is measured",
      "Environment", "Again, and checked"
    ])
    const links = [...documentOf(page).querySelectorAll("nav a")].map((link) => link.getAttribute("href")!.slice(1))
    for (const id of links) assert.lengthOf(documentOf(page).querySelectorAll(`#${id}`), 1)
  })

  it("asks nobody for anything, and has no script", () => {
    assert.lengthOf(documentOf(page).querySelectorAll("script,link,iframe,object,embed,base"), 0)
    for (const [, url] of page.matchAll(/(?:src|href|srcset|action)="([^"]*)"/g)) assert.match(url!, /^(#|data:image\/(png|jpeg);base64,)/)
    for (const [, url] of page.matchAll(/url\(([^)]{0,40})/g)) assert.match(url!, /^data:font\/woff2/)
    const policy = [...documentOf(page).querySelectorAll("meta[http-equiv]")].map((meta) => meta.getAttribute("content"))
    assert.match(policy.join(), /^default-src 'none'/)
    assert.isBelow(page.length, 1_000_000)
  })

  it("shows hostile completions as text", () => {
    assert.lengthOf(documentOf(page).querySelectorAll("[onerror]"), 0)
    assert.notInclude(page, "\u202e")
    const said = texts(page, ".answer pre")
    assert.isTrue(said.some((text) => text.startsWith("<script>document.title") && text.endsWith("\\u202eevil\\x00")))
  })

  it("gives a row one colour, in the table and in its figures", () => {
    const name = hues[0]!.light.slice(1)
    const mark = [...documentOf(page).querySelectorAll("tbody tr")].find(({ textContent }) => textContent.startsWith("AP50"))
    assert.isDefined(mark)
    assert.match(page, new RegExp(`background:var\\(--row-${name}`))
    assert.match(page, new RegExp(`stroke="var\\(--row-${name}`))
    assert.match(page, new RegExp(`--row-${name}:${hues[0]!.dark}`))
  })

  it("shows the same examples under base, best and worst row, with boxes over the picture", () => {
    const [first] = whole.shown
    assert.deepStrictEqual(first!.answers.map(({ row }) => row), ["base model, seed 0", "weighted sum, seed 0", "AP50, seed 0"])
    const pictures = [...documentOf(page).querySelectorAll(".answer svg")]
    assert.lengthOf(pictures, 3 * whole.shown.length)
    assert.match(pictures[0]!.getAttribute("aria-label")!, /^true: cat; predicted: cat$/)
  })

  it("stands without its pictures", async () => {
    const bare = pageOf((await chapters(false)).whole)
    assert.include(texts(bare, ".answer p"), "The picture is not here.")
  })

  it("says what varies, how to make it again, and what failed", () => {
    assert.include(page, "npx assay run pipelines/reward-comparison.ts --seeds 0..2")
    assert.includeMembers([...texts(page, "code")], ["reward", "npx assay verify reward-comparison"])
    assert.include(page, "No run: all 12 are done.")
    assert.match(page, /Rewards failed on completions \d+ times/)
  })

  it("of an experiment without results says so, and names the runs that wait", () => {
    const empty = pageOf(planned)
    assert.include(empty, "Nothing went through training steps.")
    assert.strictEqual(texts(empty, "td").filter((text) => text === "planned").length, 4)
  })

  it("of several experiments begins with one table, and goes a level deeper", () => {
    const both = pageOf(whole, planned)
    assert.deepStrictEqual(texts(both, "h2"), ["All together", "reward-comparison", "planned"])
    const ids = [...documentOf(both).querySelectorAll("[id]")].map((node) => node.getAttribute("id"))
    assert.strictEqual(new Set(ids).size, ids.length)
  })

  it("is well-formed, but for what HTML leaves open", () => {
    const body = page.slice(page.indexOf("<main"), page.indexOf("</main>") + 7).replaceAll("<br>", "<br/>")
    assert.lengthOf(new DOMParser().parseFromString(body, "text/xml").querySelectorAll("parsererror"), 0)
  })
})

describe("a report in Markdown", () => {
  it("has its figures as files, and no markup but its own", async () => {
    const name = "<script>|`*x"
    const { account, ...rest } = whole
    const hostile = { ...rest, account: { ...account, runs: [{ ...account.runs[0]!, status: "failed", error: `${name}\n# not a heading` }, ...account.runs.slice(1)] } }
    const { figures, text } = await markdown([hostile], join([account.source]), made, "files")
    assert.deepStrictEqual(figures.map((figure) => figure.name), ["files/intervals.png", "files/curve-reward.png", "files/parts.png", "files/answers.png"])
    for (const figure of figures) {
      assert.include(text, `](${figure.name})`)
      assert.strictEqual(Buffer.from(figure.content.subarray(1, 4)).toString(), "PNG")
    }
    assert.notMatch(text, /(?<!\\)<script/)
    assert.deepStrictEqual(text.match(/^#+ .*/gm), [
      "# reward-comparison", "## While training", "## What varies", "## Answers", "## Tokens", "## What is missing or failed", "## What is measured",
      "## Environment", "## Again, and checked"
    ])
  })
})
