/** An edit of code that a stage imports as it runs, made between plan and end: its result is not kept. */
import { assert, beforeEach, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { Experiment, Pipeline, Stage } from "assay"
import { memory, planStudy, runStudy } from "../study.ts"
import * as Toy from "../toy.ts"

const half = (by: number) => `export const half = (value: number) => value / ${by}`

describe("A stage", () => {
  let folder: string
  const put = (file: string, text: string) => writeFileSync(join(folder, file), text)
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "assay-later-"))
    put("stage.ts", `import { at } from "./at.ts"\nexport const measure = async () => (await import("./lazy.ts")).half(at)\n` +
      `export const other = () => import("./others.ts")`)
    put("at.ts", "export const at = 1")
    put("lazy.ts", half(2))
    put("others.ts", half(2))
    return () => rmSync(folder, { recursive: true, force: true })
  })

  /** A study whose one stage has the code above; `meanwhile` happens while it runs. */
  const study = (meanwhile: () => void) => {
    const measure = Stage.define({
      kind: "data",
      name: "measure",
      module: pathToFileURL(join(folder, "stage.ts")).href,
      config: Schema.Struct({}),
      run: (_, _input: void) => {
        meanwhile()
        return 1
      }
    })
    return Experiment.make("later", {
      question: "?",
      policy: Toy.vector({ size: 2 }),
      seeds: 1,
      pipeline: () => Pipeline.from(measure({})),
      table: { metrics: [] }
    })
  }

  it.effect("fails where a file that it imports as it runs was edited meanwhile, and is not finished", () =>
    Effect.gen(function*() {
      const journal = memory()
      yield* runStudy(journal, study(() => put("lazy.ts", half(3))))
      const [stage] = journal.stages
      assert.strictEqual(stage!.status, "failed")
      assert.match(stage!.error ?? "", /lazy\.ts was changed while "measure" ran/)
      const [run] = (yield* planStudy(journal, study(() => {}))).runs
      assert.strictEqual(run!.stages[0]!.status._tag, "runs")
    }))

  it.effect("is finished where one was edited that was loaded before, or that is of other stages", () =>
    Effect.gen(function*() {
      const journal = memory()
      yield* runStudy(journal, study(() => {
        put("at.ts", "export const at = 2")
        put("others.ts", half(3))
      }))
      assert.deepStrictEqual(journal.stages.map(({ status }) => status), ["finished"])
    }))
})
