/** The page of results, of a small database. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { above, alike, of, rows } from "../../../pipelines/study/claims.ts"
import { type Measured, measured } from "../../../pipelines/study/measured.ts"
import { page } from "../../../pipelines/study/page.ts"
import { formats, Table, tableSource, at } from "../../../src/workspace.ts"
import { withJournal, writeStudy } from "../../store/support.ts"

const stages = (row: string, values: ReadonlyArray<number>) =>
  values.map((value, seed) => ({ fingerprint: `${row}-${seed}`, metrics: [["mAP", value]] as const }))

const claim = (first: string, second: string) => rows(first, second, "detection/mAP")

const comparisons = [
  ...of("rewards", [
    above("4.1", "AP beats AP50", claim("AP", "AP50"), [27.4, 27.1]),
    above("4.1", "AP beats the base | model", claim("AP", "base"), [83.2, 73.73]),
    above("4.1", "the base model beats AP", claim("base", "AP")),
    alike("7.1", "AP and twice AP are alike", claim("AP", "twice"), "85 and 87"),
    alike("7.1", "AP and the base model are alike", claim("AP", "base")),
    above("4.1", "AP beats what never ran", claim("AP", "late"))
  ]),
  ...of("sizes", [above("7.2", "the large model is better", claim("large", "small"), [45.27, 43.43])])
]

const contents = {
  studies: [{ name: "rewards", section: "section 4.1" }, { name: "sizes", section: "section 7.2", note: "Small models both." }],
  comparisons,
  open: [{ section: "8", says: "thinking helps", why: "there are no figures" }]
}

/** Pages of a database with one study, and of one without any result. */
const withPage = (body: (written: string, markdown: string, empty: string) => void) =>
  withJournal((journal, { file }) =>
    Effect.gen(function*() {
      yield* writeStudy(journal, "rewards", [
        { name: "AP", role: "baseline", stages: stages("AP", [40, 41, 43]) },
        { name: "AP50", role: "variant", stages: stages("AP50", [39, 42, 41]) },
        { name: "twice", role: "variant", stages: stages("twice", [41, 40, 43]) },
        { name: "late", role: "variant", stages: [] },
        { name: "base", role: "reference", stages: stages("base", [30, 31, 32.5]) }
      ])
      const workspace = at(file)
      const found = new Map<string, Measured>()
      for (const { name } of contents.studies) {
        const study = yield* measured(workspace, name)
        if (study !== undefined) found.set(name, study)
      }
      const markdown = formats.md(Table.make(yield* tableSource(workspace, "rewards")))
      body(page({ ...contents, measured: found }), markdown, page({ ...contents, measured: new Map() }))
    })
  )

/** Cells of the line of the table of agreement that holds this finding. */
const cells = (written: string, says: string): ReadonlyArray<string> =>
  written.split("\n").find((line) => line.includes(`| ${says} |`))!.split(/ ?(?<!\\)\| ?/).slice(1, -1)

describe("the page of results", () => {
  it.effect("holds a verdict on every finding, with what was published, measured, and its n", () =>
    withPage((written) => {
      assert.deepStrictEqual(cells(written, "AP beats AP50"), [
        "4.1",
        "AP beats AP50",
        "27.4 against 27.1 (+0.3)",
        "rewards, detection/mAP: AP − AP50",
        "+0.67 ± 3.79 (4.73)",
        "3",
        "not decided"
      ])
      assert.deepStrictEqual(cells(written, "AP beats the base \\| model").slice(2), [
        "83.20 against 73.73 (+9.47)",
        "rewards, detection/mAP: AP − base",
        "**+10.17 ± 0.72**\\* (0.89)",
        "3",
        "same sign"
      ])
      const [, , none, , , n, verdict] = cells(written, "the base model beats AP")
      assert.deepStrictEqual([none, n, verdict], ["no figure", "3", "**opposite sign**"])
      assert.strictEqual(cells(written, "AP and twice AP are alike")[2], "85 and 87")
      assert.strictEqual(cells(written, "AP and twice AP are alike").at(-1), "not told apart")
      assert.strictEqual(cells(written, "AP and the base model are alike").at(-1), "**told apart**")
      assert.strictEqual(cells(written, "AP beats what never ran").at(-1), "not measured: no seed has both numbers")
      assert.strictEqual(cells(written, "the large model is better").at(-1), "not measured: the study has not been run")
      assert.strictEqual(cells(written, "thinking helps").at(-1), "not measured: there are no figures")
    }))

  it.effect("counts the verdicts, each finding once", () =>
    withPage((written) => {
      assert.include(written, "Of 5 findings that set one above the other, the sign here is the same for 1, the opposite for 1 and")
      assert.include(written, " not decided for 1. Of 2 that found two alike, both are told apart here for 1, not told apart for 1")
      assert.include(written, "Not measured: 3. Chance alone would set 0.3 of the 5 comparisons of 3 pairs or more apart.")
    }))

  it.effect("says by what program the runs were made, and how many and which they are", () =>
    withPage((written) => {
      assert.include(written, "- Program: commit `abc`")
      assert.include(written, "- Machine: 2 cores")
      assert.match(written, /^- Date of the runs \(UTC\): \d{4}-\d\d-\d\d$/m)
      assert.include(written, "12 of 12 runs are done, seeds 0 to 2; their stages took 0 s, added up.")
    }))

  it.effect("has every study's table as the command prints it, and says which were not run", () =>
    withPage((written, markdown) => {
      assert.include(written, `## rewards (section 4.1)\n\nWhich?\n`)
      assert.include(written, `\n\n${markdown}\n`)
      assert.include(written, "## sizes (section 7.2)\n\nSmall models both.\n\nNot run yet.\n")
    }))

  it.effect("claims nothing where nothing was run", () =>
    withPage((_, __, empty) => {
      assert.include(empty, "- Program: nothing has been run\n")
      assert.include(empty, "- Date of the runs (UTC): none yet\n")
      assert.include(empty, "Not measured: 8. Chance alone would set 0.0 of the 0 comparisons")
      assert.notMatch(empty, /^\|.*(same sign|opposite sign|told apart|not decided) \|$/m)
    }))
})
