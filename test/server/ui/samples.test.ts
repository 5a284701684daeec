/** The API of samples: pages, one whole, pairs, and pictures, of which nothing but a picture comes out. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { execFileSync } from "node:child_process"
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import sharp from "sharp"
import type { ScopedSample } from "../../../src/pipeline/run/Records.ts"
import { hostile, name } from "../../browser/database.ts"
import { environment, type Opened, put, sampleOf, stageOf } from "../../store/support.ts"
import { asked, serving } from "./support.ts"

/** Writes an experiment of one run and one evaluation with these samples; gives the number of the first. */
const write = (journal: Opened, experiment: string, samples: ReadonlyArray<ScopedSample>) =>
  Effect.gen(function*() {
    const variants = [{ name: "v", cell: {}, role: "variant" as const }]
    yield* journal.openExperiment({ name: experiment, question: "?", file: "s.ts", variants, table: { metrics: [], published: {} } }, environment)
    const run = yield* journal.openRun({ experiment, variant: "v", seed: 0, fingerprint: experiment, params: [] }, environment)
    const stage = yield* journal.openStage(stageOf(experiment, { kind: "evaluate", name: "detection" }))
    yield* journal.linkStage({ run, position: 0, stage, label: "detection", reused: false })
    yield* journal.closeStage(stage, { output: yield* put(journal, experiment), records: { step: 0, metrics: [], samples } })
  })

const page = (url: string, query: Record<string, string>) => asked(`${url}/api/samples?${new URLSearchParams(query)}`)

interface Sample {
  readonly id: number
  readonly rewards: ReadonlyArray<{ readonly part: string; readonly value: number | null; readonly error: string | null }>
}

const ids = (body: { readonly samples: ReadonlyArray<Sample> }): ReadonlyArray<number> => body.samples.map(({ id }) => id)

const value = (part: string) => (sample: Sample) => sample.rewards.find((reward) => reward.part === part)?.value

describe("pages", () => {
  it.live("go on from each other, worst first, and say what they are out of", () =>
    Effect.gen(function*() {
      const { url } = yield* serving()
      const query = { experiment: name, stage: "detection", part: "ap", sort: "value", limit: "30" }
      const all: Array<Sample> = []
      let next: string | null = null
      do {
        const answer: Effect.Success<ReturnType<typeof page>> = yield* page(url, { ...query, ...(next === null ? {} : { after: next }) })
        assert.strictEqual(answer.status, 200)
        assert.deepInclude(answer.body, { through: 100, matching: 100, atMost: null })
        all.push(...answer.body.samples)
        next = answer.body.next
      } while (next !== null)
      assert.strictEqual(new Set(all.map(({ id }) => id)).size, 100)
      const values = all.map(value("ap")) as Array<number>
      assert.deepStrictEqual(values, values.toSorted((a, b) => a - b))
    }).pipe(Effect.scoped))

  it.live("keep to a row, a step, a finish, a failed part, and name the runs that share a sample", () =>
    Effect.gen(function*() {
      const { url } = yield* serving()
      const base = yield* page(url, { experiment: name, variant: "base model" })
      assert.strictEqual(base.body.matching, 10)
      assert.deepStrictEqual(base.body.samples[0].runs.map(({ seed, variant }: { seed: number; variant: string }) => [variant, seed]),
        [0, 1, 2].map((seed) => ["base model", seed]))
      assert.deepInclude(base.body.samples[0], { label: "detection", scope: "", step: 0, example: "example-0", finish: "stop", tokens: 20, truths: 1, predictions: 1 })
      const loop = yield* page(url, { experiment: name, stage: "loop", seed: "1", step: "5..10", finish: "stop" })
      assert.strictEqual(loop.body.matching, 3 * 2 * 4)
      const failed = yield* page(url, { experiment: name, variant: "base model", part: "format", failed: "yes" })
      assert.deepStrictEqual(failed.body.samples.map(({ example }: { example: string }) => example), ["example-3", "example-7"])
      assert.strictEqual(failed.body.samples[0].rewards[1].error, "no think tag")
      const matching = (value: string) => Effect.map(page(url, { experiment: name, variant: "base model", part: "ap", value }), ({ body }) => body.matching)
      for (const [range, count] of [[".5...8", 3], ["0.5..0.8", 3], [".5..", 6], ["...5", 4], ["-.5..1e0", 10]] as const) {
        assert.strictEqual(yield* matching(range), count, range)
      }
      const few = yield* page(url, { experiment: name, variant: "base model", tokens: "..22", predictions: "0" })
      assert.deepStrictEqual(few.body.samples.map(({ example }: { example: string }) => example), ["example-1", "example-2"])
    }).pipe(Effect.scoped))

  it.live("say which key does not fit, and which experiment there is not", () =>
    Effect.gen(function*() {
      const { url } = yield* serving()
      const wrong: ReadonlyArray<readonly [Record<string, string>, string]> = [
        [{ step: "many" }, "step"],
        [{ sort: "height" }, "sort"],
        [{ limit: "0" }, "limit"],
        [{ limit: "100000" }, "limit"],
        [{ after: "12" }, "after"],
        [{ after: "[{},12]" }, "after"],
        [{ finish: "never" }, "finish"],
        [{ sort: "value" }, "part"]
      ]
      for (const [query, key] of wrong) {
        const { body, status } = yield* page(url, { experiment: name, ...query })
        assert.deepStrictEqual([status, body.error.param], [400, key], JSON.stringify(query))
      }
      const { body, status } = yield* page(url, { experiment: "reward-comparisn" })
      assert.strictEqual(status, 404)
      assert.include(body.error.message, name)
    }).pipe(Effect.scoped))

  it.live("name the groups of samples, their parts and steps", () =>
    Effect.gen(function*() {
      const { url } = yield* serving()
      const { body } = yield* asked(`${url}/api/samples/places?experiment=${name}`)
      const groups = body.groups.map(({ completions, first, label, last }: Record<string, unknown>) => [label, completions, first, last])
      assert.deepStrictEqual(groups, [["detection", 100, 0, 0], ["loop", 9 * 16, 0, 15]])
      assert.deepStrictEqual([body.groups[0].parts, body.labels], [["ap", "format"], ["cat"]])
      assert.deepStrictEqual((yield* asked(`${url}/api/samples/places?experiment=nope`)).status, 404)
    }).pipe(Effect.scoped))
})

describe("one sample", () => {
  it.live("comes whole, its boxes in pixels of the picture as stored, with the same example elsewhere", () =>
    Effect.gen(function*() {
      const { url } = yield* serving()
      const [id] = ids((yield* page(url, { experiment: name, variant: "AP50", seed: "0", stage: "detection", example: "example-0" })).body)
      const { body } = yield* asked(`${url}/api/sample?id=${id}`)
      assert.deepInclude(body, { experiment: name, kind: "evaluate", prompt: "Where is the cat of picture 0?", picture: { width: 96, height: 72 } })
      const scale = 96 / 112
      const [truth, prediction] = body.boxes
      assert.deepStrictEqual([truth.role, prediction.role], ["true", "predicted"])
      const expected = [10, 10, 56, 48].map((corner) => corner * scale)
      truth.corners.forEach((corner: number, i: number) => assert.approximately(corner, expected[i]!, 1e-9))
      assert.lengthOf(body.otherRuns, 9)
      assert.deepStrictEqual(body.otherSteps, [])
      assert.strictEqual((yield* asked(`${url}/api/sample?id=99999999`)).status, 404)
      assert.strictEqual((yield* asked(`${url}/api/sample?id=x`)).status, 400)
    }).pipe(Effect.scoped))

  it.live("comes with what a model should not have said as text, and with boxes that have no place as null", () =>
    Effect.gen(function*() {
      const { journal, url } = yield* serving()
      const box = (space: string, x1: number) => ({ role: "predicted", label: hostile, space, x1, y1: 0, x2: 1e308, y2: 500 })
      yield* write(journal, "hostile", [
        sampleOf(0, { completion: hostile, tokenCount: 0, rewards: [{ part: "ap", value: NaN }], tables: { box: [box("thousand", 100), box("original", NaN)] } }),
        sampleOf(1, { completion: "x".repeat(1 << 20), details: "no object", tables: { box: [box("resized", 0), box("original", 0)] } })
      ])
      const { body } = yield* page(url, { experiment: "hostile" })
      assert.deepStrictEqual(body.samples[0].opening, hostile)
      assert.deepInclude(body.samples[0], { tokens: null, rewards: [{ part: "ap", value: null, error: null }] })
      assert.isBelow(body.samples[1].opening.length, 1000)
      const [first, second] = yield* Effect.forEach(ids(body), (id) => asked(`${url}/api/sample?id=${id}`))
      assert.strictEqual(first!.body.completion, hostile)
      assert.strictEqual(first!.body.boxes[0].corners[0], 64)
      assert.deepStrictEqual(first!.body.boxes[1], { role: "predicted", label: hostile, corners: null })
      assert.deepStrictEqual(second!.body.boxes.map(({ corners }: { corners: unknown }) => corners), [null, [0, 0, 1e308, 500]])
      assert.strictEqual(second!.body.completion.length, 1 << 20)
      assert.isNull(second!.body.picture)
    }).pipe(Effect.scoped))
})

describe("pairs", () => {
  it.live("are the same examples of two runs, the most changed first", () =>
    Effect.gen(function*() {
      const { url } = yield* serving()
      const { body: { stages } } = yield* asked(`${url}/api/samples/places?experiment=${name}`)
      const execution = (variant: string) =>
        stages.find((stage: { variant: string; seed: number; label: string }) => stage.variant === variant && stage.seed === 0 && stage.label === "detection").execution
      const places = { left: `${execution("base model")}:0`, right: `${execution("weighted sum")}:0` }
      const { body } = yield* asked(`${url}/api/samples/pairs?${new URLSearchParams({ ...places, part: "ap", limit: "4", experiment: name })}`)
      assert.deepInclude(body, { pairs: 10, atMost: null })
      assert.deepStrictEqual([body.left.samples, body.right.samples, body.left.steps], [10, 10, [0]])
      const changes = body.found.map(({ change }: { change: number }) => change)
      assert.deepStrictEqual(changes, changes.toSorted((a: number, b: number) => Math.abs(b) - Math.abs(a)))
      for (const { change, left, right } of body.found) {
        assert.strictEqual(left.example, right.example)
        assert.strictEqual(change, value("ap")(right)! - value("ap")(left)!)
      }
      const ap = body.parts.find(({ part }: { part: string }) => part === "ap")
      assert.deepInclude(ap, { n: 10, fallen: 0 })
      assert.isAbove(ap.right, ap.left)
      const second = yield* asked(`${url}/api/samples/pairs?${new URLSearchParams({ ...places, part: "ap", after: body.next })}`)
      assert.lengthOf(second.body.found, 6)
      const wrong = yield* asked(`${url}/api/samples/pairs?left=here&right=there`)
      assert.deepStrictEqual([wrong.status, wrong.body.error.param], [400, "left"])
    }).pipe(Effect.scoped))
})

describe("pictures", () => {
  const image = (url: string, id: number, query = "") => Effect.promise(() => fetch(`${url}/api/samples/${id}/image${query}`))

  it.live("are small enough to send, tagged by their file, and nothing is guessed of them", () =>
    Effect.gen(function*() {
      const { folder, journal, picture, url } = yield* serving()
      const large = join(folder, "large.jpg")
      yield* Effect.promise(() => sharp({ create: { width: 2400, height: 1200, channels: 3, background: "#abc" } }).jpeg().withMetadata({ orientation: 6 }).toFile(large))
      const inline = `data:image/png;base64,${(yield* Effect.promise(() => sharp(picture).toBuffer())).toString("base64")}`
      yield* write(journal, "pictures", [picture, large, inline].map((image, i) => sampleOf(i, { details: { image } })))
      const [small, scaled, data] = ids((yield* page(url, { experiment: "pictures" })).body)
      const first = yield* image(url, small!)
      assert.deepStrictEqual([first.status, first.headers.get("content-type"), first.headers.get("x-content-type-options")], [200, "image/png", "nosniff"])
      const sizeOf = (response: Response) =>
        Effect.promise(async () => {
          const { height, width } = await sharp(Buffer.from(await response.arrayBuffer())).metadata()
          return [width, height]
        })
      assert.deepStrictEqual(yield* sizeOf(first), [96, 72])
      // as stored, not as the camera was held: boxes lie on it so
      assert.deepStrictEqual(yield* sizeOf(yield* image(url, scaled!)), [1600, 800])
      assert.deepStrictEqual(yield* sizeOf(yield* image(url, scaled!, "?side=320")), [320, 160])
      assert.deepStrictEqual(yield* sizeOf(yield* image(url, data!)), [96, 72])
      const again = (tag: string) => Effect.promise(() => fetch(`${url}/api/samples/${small}/image`, { headers: { "if-none-match": tag } }))
      const tag = first.headers.get("etag")!
      assert.strictEqual((yield* again(tag)).status, 304)
      yield* write(journal, "another", [sampleOf(0)])
      assert.strictEqual((yield* again(tag)).status, 304)
      utimesSync(picture, new Date(), new Date(1))
      assert.strictEqual((yield* again(tag)).status, 200)
    }).pipe(Effect.scoped))

  it.live("are refused where a database names anything else", () =>
    Effect.gen(function*() {
      const { folder, journal, picture, url } = yield* serving()
      const at = (name: string) => join(folder, name)
      writeFileSync(at("secret.png"), "secret")
      writeFileSync(at("drawn.png"), `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>`)
      symlinkSync(picture, at("link.png"))
      mkdirSync(at("folder.png"))
      execFileSync("mkfifo", [at("pipe.png")])
      const named = [
        "/etc/passwd", at("secret.png"), at("drawn.png"), at("link.png"), at("folder.png"), at("pipe.png"), at("nothing.png"), "../../etc/passwd",
        "", `${picture}\u0000.png`, "data:text/html,<script>", "data:image/svg+xml;base64,PHN2Zy8+", "https://example.org/a.png", "file:///etc/passwd"
      ]
      yield* write(journal, "refused", [...named.map((image, i) => sampleOf(i, { details: { image } })), sampleOf(named.length, { details: {} })])
      const found = ids((yield* page(url, { experiment: "refused", limit: "50" })).body)
      assert.lengthOf(found, named.length + 1)
      for (const [i, id] of found.entries()) {
        const response = yield* image(url, id)
        const text = yield* Effect.promise(() => response.text())
        assert.strictEqual(response.status, 404, named[i])
        assert.include(JSON.parse(text).error.message, `sample ${id}`)
        assert.notInclude(text, "root:")
        assert.notInclude(text, "secret\"")
      }
      for (const path of ["/api/samples/../image", "/api/samples/1%2f..%2f/image", "/api/samples/-1/image", "/api/samples/x/image", "/api/samples/1/image?side=9999999"]) {
        assert.include([400, 404], (yield* asked(url + path)).status, path)
      }
    }).pipe(Effect.scoped))
})
