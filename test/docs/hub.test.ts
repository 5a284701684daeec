/** The page about the hub: its study runs as it stands, on a hub of the test's own. */
// @module-tag long
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { assay, temporary } from "../cli/support.ts"
import { parquetOf } from "../data/parquet/write.ts"
import { png } from "../data/support.ts"
import { commit, filesIn } from "../hub/server.ts"
import { hub } from "../hub/support.ts"
import { blocksOf } from "./compiled.ts"

const blocks = blocksOf(readFileSync("docs/how-to/hub.md", "utf8"))

describe("docs/how-to/hub.md", () => {
  it.live("has a study of a model and data by their names that runs to its table", () =>
    Effect.gen(function*() {
      const { server } = yield* hub
      const bytes = yield* Effect.promise(() => png(112, 112))
      const row = (expression: string) => ({ image: { bytes, path: null }, answer: [expression], bbox: [10, 20, 30, 40] })
      commit(server, "models/Qwen/Qwen2.5-VL-3B-Instruct", filesIn("assets/tiny-vl"))
      commit(server, "datasets/lmms-lab/RefCOCO", { "data/val-00000-of-00001.parquet": parquetOf([row("the red star"), row("the circle")]) })
      const { folder } = yield* Effect.acquireRelease(Effect.sync(temporary), ({ remove }) => Effect.sync(remove))
      writeFileSync(join(folder, "study.ts"), blocks[0]!)
      const ran = yield* Effect.promise(() => assay(folder, "run", "study.ts", "--set", "referring.maxTokens=16", "--json"))
      assert.strictEqual(ran.code, 0, ran.err)
      assert.match(ran.err, /Fetched Qwen\/Qwen2\.5-VL-3B-Instruct: [\s\S]*Fetched lmms-lab\/RefCOCO: /)
      const { runs, table } = JSON.parse(ran.out)
      assert.deepStrictEqual(runs.map(({ status }: { status: string }) => status), ["done"])
      assert.isAtLeast(table.rows[0].cells[1].measured.mean, 0)
    }).pipe(Effect.scoped))
})
