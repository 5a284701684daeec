/** The ablation table over the API, and as files. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { formats } from "../../../src/report/table/formats.ts"
import * as Table from "../../../src/report/table/Table.ts"
import * as Workspace from "../../../src/workspace/index.ts"
import { name } from "../../browser/database.ts"
import { asked, serving } from "./support.ts"

const query = (more: ReadonlyArray<[string, string]> = []) => new URLSearchParams([["experiment", name], ...more]).toString()

describe("GET /api/ablation", () => {
  it.live("is the table that the command prints", () =>
    Effect.gen(function*() {
      const { url, workspace } = yield* serving()
      const { body, status } = yield* asked(`${url}/api/ablation?${query()}`)
      assert.strictEqual(status, 200)
      const table = Table.make(yield* Workspace.tableSource(workspace, name))
      assert.deepStrictEqual(body.rows.map(({ variant }: { readonly variant: string }) => variant), table.rows.map(({ variant }) => variant))
      const [row] = body.rows.filter(({ role }: { readonly role: string }) => role === "baseline")
      const expected = table.rows.find(({ role }) => role === "baseline")!
      assert.deepStrictEqual(row.cells[0].measured, expected.cells[0]!.measured)
      assert.isNull(row.cells[0].toBaseline)
      assert.strictEqual(row.cells[0].toReference.delta, expected.cells[0]!.toReference!.delta)
      assert.strictEqual(row.cells[0].published, 27.1)
      assert.deepStrictEqual([body.baseline, body.reference, body.rowTitle], ["AP50", "base model", "reward"])
      assert.isAbove(body.notes.length, 2)
      assert.includeMembers(body.metrics.map(({ metric }: { readonly metric: string }) => metric), ["loop/reward", "detection/mAP", "detection/AP50"])
    }).pipe(Effect.scoped))

  it.live("says what is missing or unknown", () =>
    Effect.gen(function*() {
      const { url } = yield* serving()
      const [none, unknown, metric] = [
        yield* asked(`${url}/api/ablation`),
        yield* asked(`${url}/api/ablation?experiment=reward-comparisn`),
        yield* asked(`${url}/api/ablation?${query([["metrics", "detection/mAPP"]])}`)
      ]
      assert.deepStrictEqual([none.status, none.body.error.param], [400, "experiment"])
      assert.strictEqual(unknown.status, 404)
      assert.include(unknown.body.error.message, "Did you mean \"reward-comparison\"?")
      assert.deepStrictEqual([metric.status, metric.body.error.param], [400, "metrics"])
      assert.include(metric.body.error.message, "Did you mean \"detection/mAP\"")
    }).pipe(Effect.scoped))
})

describe("GET /api/ablation/file", () => {
  it.live("is what the command prints in that format, as a file", () =>
    Effect.gen(function*() {
      const { url, workspace } = yield* serving()
      const table = Table.make(yield* Workspace.tableSource(workspace, name))
      for (const [format, ending] of [["csv", "csv"], ["md", "md"], ["latex", "tex"], ["json", "json"]] as const) {
        const { headers, text } = yield* asked(`${url}/api/ablation/file?${query([["format", format]])}`)
        assert.strictEqual(text, `${formats[format](table)}\n`)
        assert.strictEqual(headers.get("content-disposition"), `attachment; filename="reward-comparison.${ending}"`)
      }
      const { body, status } = yield* asked(`${url}/api/ablation/file?${query([["format", "xls"]])}`)
      assert.deepStrictEqual([status, body.error.param], [400, "format"])
    }).pipe(Effect.scoped))
})
