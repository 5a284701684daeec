/** Data sets by their names: Parquet files of a split, and files that one of the layouts reads. */
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Data, Evaluate, Experiment, Pipeline, Policy, Prompt, Task } from "assay"
import * as Effect from "effect/Effect"
import { toArray } from "../../src/pipeline/Rows.ts"
import * as Fingerprint from "../../src/pipeline/plan/Fingerprint.ts"
import { plan } from "../../src/pipeline/plan/Plan.ts"
import { empty, Ledger } from "../../src/pipeline/run/ledger.ts"
import { supplies } from "../../src/workspace/supplies.ts"
import { restored } from "../../src/workspace/verify/restored.ts"
import { parquetOf } from "../data/parquet/write.ts"
import { pets, png, runIn } from "../data/support.ts"
import { commit } from "./server.ts"
import { hub } from "./support.ts"

const picture = await png(64, 48)
const row = (expression: string) => ({ image: { bytes: picture, path: null }, answer: [expression], bbox: [10, 20, 12, 17] })

const readme = Buffer.from("# a data set")

let count = 0
const setting = (files: { readonly [path: string]: Buffer }) =>
  Effect.gen(function*() {
    const { cache, home, server } = yield* hub
    const name = `org/data-${count++}`
    return { cache, home, server, name, sha: commit(server, `datasets/${name}`, { "README.md": readme, ...files }) }
  })

const refcoco = {
  "data/val-00000-of-00002.parquet": parquetOf([row("first")]),
  "data/val-00001-of-00002.parquet": parquetOf([row("second"), row("third")]),
  "data/test-00000-of-00001-0123abcd.parquet": parquetOf([row("other")])
}

describe("Data.hub", () => {
  it.live("reads the Parquet files of a split, and fetches no others", () =>
    Effect.gen(function*() {
      const { cache, home, name, server, sha } = yield* setting(refcoco)
      const dataset = yield* runIn(home, Data.hub(name, { as: "referring", split: "val" }))
      assert.strictEqual(dataset.name, `${name.slice(4)}-val`)
      const examples = yield* toArray(dataset.examples)
      assert.deepStrictEqual(examples.map(({ expression, id }) => [id, expression]), [["0", "first"], ["1", "second"], ["2", "third"]])
      assert.deepStrictEqual(readdirSync(join(cache, `datasets--${name.replace("/", "--")}`, "snapshots", sha, "data")), [
        "val-00000-of-00002.parquet",
        "val-00001-of-00002.parquet"
      ])
      const test = yield* runIn(home, Data.hub(name, { as: "referring", split: "test", revision: sha }))
      assert.strictEqual(test.examples.size, 1)
      const named = yield* runIn(home, Data.hub(name, { as: "referring", files: ["data/*-00001-of-*.parquet"] }))
      assert.strictEqual(named.examples.size, 2)
      assert.isFalse(server.requests.some((line) => line.includes("README")))
    }).pipe(Effect.scoped))

  it.live("says which files there are where none is of the split", () =>
    Effect.gen(function*() {
      const { home, name } = yield* setting(refcoco)
      const { message } = yield* Effect.flip(runIn(home, Data.hub(name, { as: "referring", split: "validation" })))
      assert.match(message, /the data set "org\/data-\d+" holds no Parquet file of the split "validation" \(its Parquet files: data\/val-00000-of-00002\.parquet, /)
    }).pipe(Effect.scoped))

  it.live("takes a split of one config, and lists those that have it where none is named", () =>
    Effect.gen(function*() {
      const { home, name } = yield* setting({
        "all/test-00000-of-00001.parquet": parquetOf([row("a hand"), row("a dog")]),
        "anatomy/test-00000-of-00001.parquet": parquetOf([row("a hand")]),
        "anatomy/val/0000.parquet": parquetOf([row("a foot")]),
        "test.parquet": parquetOf([row("a root")])
      })
      const sizeOf = (options: { readonly split: string; readonly config?: string }) =>
        Effect.map(runIn(home, Data.hub(name, { as: "referring", ...options })), (dataset) => [dataset.name, dataset.examples.size])
      const { message } = yield* Effect.flip(sizeOf({ split: "test" }))
      assert.include(message, "holds no single folder with the split \"test\" (it is in all, anatomy, the root (config \".\"); name one of these as config)")
      assert.deepStrictEqual(yield* sizeOf({ split: "test", config: "." }), [`${name.slice(4)}-test`, 1])
      assert.deepStrictEqual(yield* sizeOf({ split: "test", config: "anatomy" }), [`${name.slice(4)}-anatomy-test`, 1])
      assert.deepStrictEqual(yield* sizeOf({ split: "val" }), [`${name.slice(4)}-val`, 1])
      const absent = yield* Effect.flip(sizeOf({ split: "test", config: "art" }))
      assert.include(absent.message, "no Parquet file of the split \"test\" in \"art\" (its Parquet files: all/test")
    }).pipe(Effect.scoped))

  it.live("reads files of a layout, by their paths in the repository", () =>
    Effect.gen(function*() {
      const { home, name, server } = yield* setting({
        "annotations/pets.json": Buffer.from(JSON.stringify(pets())),
        "annotations/other.json": Buffer.from("{}"),
        "images/pets/cat.png": yield* Effect.promise(() => png(40, 30)),
        "images/pets/dog.jpg": yield* Effect.promise(() => png(20, 50)),
        "images/more/cow.png": picture
      })
      const source = Data.hub(name, { layout: "ovdeval", with: { annotations: "annotations/pets.json", images: "images/pets" } })
      const dataset = yield* runIn(home, source)
      const examples = yield* toArray(dataset.examples)
      assert.deepStrictEqual([dataset.name, examples.map(({ positives }) => positives)], ["pets", [["cat"], ["dog"]]])
      assert.isFalse(server.requests.some((line) => line.includes("/resolve/") && (line.includes("other") || line.includes("more"))))
      const { message } = yield* Effect.flip(runIn(home, Data.hub(name, { layout: "coco", with: { annotations: "annotations/pets.json", images: "pictures" } })))
      assert.match(message, /holds no pictures at main/)
    }).pipe(Effect.scoped))

  it("refuses what does not go together when the study is declared", () => {
    const make = Data.hub as (name: string, options: object) => unknown
    const throws = (options: object, says: RegExp, name = "org/data") => assert.throws(() => make(name, options), says)
    throws({}, /hub: say what its rows are/)
    throws({ as: "referring" }, /hub: name either the split or the files/)
    throws({ as: "referring", split: "val", files: ["a"] }, /either the split or the files/)
    throws({ layout: "coco", with: { annotations: "a.json" } }, /coco.*images/)
    throws({ layout: "coco", with: { annotations: "a.json", images: "." }, split: "val" }, /with a layout/)
    throws({ as: "referring", files: ["a"], config: "b" }, /a config goes with a split/)
    throws({ as: "referring", split: "val" }, /repository/, "no-name")
    throws({ as: "referring", split: "val", revision: "../x" }, /revision/)
  })

  it.live("is pinned in the fingerprint of its stage, and told of before it is fetched", () =>
    Effect.gen(function*() {
      const { name, server, sha } = yield* setting(refcoco)
      const held = Data.hub(name, { as: "referring", split: "val" })
      const study = Experiment.make("held", {
        question: "?",
        policy: Policy.tiny(),
        seeds: 1,
        pipeline: () => Pipeline.from(held).pipe(Prompt.template(Prompt.standard, Task.referring.task), Evaluate.referring({ data: held })),
        table: { metrics: ["accuracy"] }
      })
      const made = yield* Effect.provideService(plan(study), Ledger, empty)
      assert.include(made.runs[0]!.stages[0]!.preimage, `"content":"hf://datasets/${name}@${sha}"`)
      // whoever judges the run again reads it at that commit
      const { node } = Fingerprint.read(made.runs[0]!.stages[0]!.preimage)!
      assert.deepInclude(restored(held, node).config, { repository: name, split: "val", revision: sha })
      const told = yield* supplies(made)
      const bytes = refcoco["data/val-00000-of-00002.parquet"].length + refcoco["data/val-00001-of-00002.parquet"].length
      assert.deepStrictEqual(told.map(({ bytes, files, name }) => ({ bytes, files, name })), [{ name: `${name} (main, commit ${sha.slice(0, 12)})`, files: 2, bytes }])
      assert.isFalse(server.requests.some((line) => line.includes("/resolve/")))
    }).pipe(Effect.scoped))

  it.live("is recorded of a model that is part of a policy, beside its settings", () =>
    Effect.gen(function*() {
      const { server } = yield* setting(refcoco)
      const sha = commit(server, "models/org/part", { "config.json": readme })
      const policy = Policy.split({ sampler: Policy.openai({ url: "http://127.0.0.1:1/v1", model: "m" }), trainer: Policy.local("org/part"), sync: "reload" })
      const scenes = Data.shapes({ split: "validation", layout: "coco", count: 2 })
      const study = Experiment.make("parts", {
        question: "?",
        policy,
        seeds: 1,
        pipeline: () => Pipeline.from(scenes).pipe(Prompt.template(Prompt.enhanced), Evaluate.detection({ data: scenes, mode: "positive" })),
        table: { metrics: ["mAP"] }
      })
      const { params } = (yield* Effect.provideService(plan(study), Ledger, empty)).runs[0]!.record
      const values = Object.fromEntries(params.map(({ path, value }) => [path, value]))
      assert.deepInclude(values, { "policy.local.folder": "org/part", "policy.local.content": `hf://org/part@${sha}` })
    }).pipe(Effect.scoped))
})
