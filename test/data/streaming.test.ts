import { writeFileSync } from "node:fs"
import { mkdir } from "node:fs/promises"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Data from "../../src/data/index.ts"
import * as Filter from "../../src/data/Filter.ts"
import { gather } from "../../src/data/layouts/byImage.ts"
import { batches } from "../../src/pipeline/batches.ts"
import * as Random from "../../src/pipeline/Random.ts"
import { toArray } from "../../src/pipeline/Rows.ts"
import { Spool } from "../../src/pipeline/run/services.ts"
import { spoolIn } from "../../src/pipeline/run/spool.ts"
import { Sampler } from "../../src/policy/sampler.ts"
import * as Prompt from "../../src/prompt/index.ts"
import type { Example, TrueObject } from "../../src/task/detection/example.ts"
import { parse } from "./eagerInstances.ts"
import { run, temporaryFolder, writePng } from "./support.ts"

type Next = (below: number) => number

const nextOf = (...place: ReadonlyArray<string | number>): Next => {
  const next = Random.stream(Random.fold(Random.key(5), ...place))
  return (below) => Math.floor(next() * below)
}

const pick = <A>(next: Next, among: ReadonlyArray<A>): A => among[next(among.length)]!

/** Things that stand where something else should. */
const rubbish = [null, "", "x", -1, 0, 1.5, true, [], {}, [1, 2, 3], 1e300, "\ud83d\ude00"]

/** A document with some rows in random order that are spoilt, images without rows, and ids of both kinds. */
const randomDocument = (next: Next, questions: boolean) => {
  const spoil = (row: { [field: string]: unknown }) => {
    if (next(40) > 0) return row
    const field = pick(next, Object.keys(row))
    if (next(3) > 0) return { ...row, [field]: pick(next, rubbish) }
    return Object.fromEntries(Object.entries(row).filter(([key]) => key !== field))
  }
  const idOf = (i: number) => i % 3 === 0 ? `a-${i}` : i * 1e12
  const names = ["cat", "dog", "cat", "b\"i'rd", "\u00e9l\u00e9phant"]
  const categories = names.map((name, i) => ({ id: i === 3 ? "four" : i, name, supercategory: "thing" }))
  const images = Array.from({ length: next(8) }, (_, i) => {
    const question = { text: names.filter(() => next(4) === 0), neg_text: names.filter(() => next(6) === 0) }
    return spoil({ id: idOf(next(20) === 0 ? 0 : i), file_name: "p.png", width: 40, height: 30, ...(questions ? question : {}) })
  })
  const annotations = Array.from({ length: next(20) }, (_, i) => {
    const [w, h] = [1 + next(20) + 0.123456789012345, 1 + next(15)]
    const box = [next(41 - Math.ceil(w)), next(31 - h) - 0.5, w, h]
    return spoil({
      segmentation: [[1, 2, 3.5]],
      id: i === 5 ? "five" : i,
      image_id: next(60) === 0 ? 999 : idOf(next(Math.max(1, images.length))),
      category_id: next(80) === 0 ? 77 : categories[next(categories.length)]!.id,
      bbox: next(80) === 0 ? pick(next, [[30, 20, 38, 28], [0, 0, 0, 4], [0, 0, 3, -4]]) : box,
      ...(next(3) === 0 ? {} : { area: 10 }),
      ...(next(3) === 0 ? {} : { iscrowd: next(5) === 0 ? 1 : 0 })
    })
  })
  /** Most images ask for what is annotated. */
  const asking = images.map((image: { readonly [field: string]: unknown }) => {
    if (!Array.isArray(image["text"]) || next(4) === 0) return image
    const labels = annotations.flatMap((row: { readonly [field: string]: unknown }) =>
      row["image_id"] === image["id"] && row["iscrowd"] !== 1 ? categories.find(({ id }) => id === row["category_id"])?.name ?? [] : [])
    return { ...image, text: labels, neg_text: Array.isArray(image["neg_text"]) ? image["neg_text"].filter((one) => !labels.includes(one)) : image["neg_text"] }
  })
  const lists: Array<readonly [string, unknown]> = [["images", asking], ["annotations", annotations], ["categories", categories]]
  const others: Array<readonly [string, unknown]> = [["info", { a: [1] }], ["licenses", []], ["note", "x]"]]
  return Object.fromEntries(Random.permutation(Random.key(next(1e9)), 6).map((i) => [...lists, ...others][i]!))
}

/**
 * What the reader that held whole documents made of a document: examples and how many were left out, or the entry that it
 * named. There is one picture, p.png.
 */
const eagerly = (document: unknown, questions: boolean, onBad: "fail" | "skip", images: string) => {
  const parsed = parse(document, questions)
  if (Result.isFailure(parsed)) return { names: "" }
  const { categories, strays } = parsed.success
  const entries = parsed.success.entries.map((entry) =>
    entry.file === "p.png" ? entry : { ...entry, problems: [...entry.problems, { entry: `image ${entry.id}`, message: "" }] }
  )
  const first = strays[0] ?? entries.find(({ problems }) => problems.length > 0)?.problems[0]
  if (onBad === "fail" && first !== undefined) return { names: first.entry }
  const good = entries.filter(({ problems }) => problems.length === 0)
  const examples: ReadonlyArray<Example> = good.map(({ file, id, negatives, objects, positives, size }) =>
    ({ id, image: { path: join(images, file), ...size }, objects, positives, negatives }))
  return { categories, examples, skipped: entries.length - good.length + strays.length }
}

describe("the reader that streams", () => {
  it.effect("gives what the one that held the document gave, whatever is wrong and in any order of the lists", () =>
    Effect.gen(function*() {
      const folder = yield* temporaryFolder
      yield* writePng(join(folder, "p.png"), 40, 30)
      const path = join(folder, "a.json")
      let [good, failed, skipped] = [0, 0, 0]
      for (let round = 0; round < 150; round++) {
        const next = nextOf("documents", round)
        const questions = next(2) === 0
        const document = randomDocument(next, questions)
        writeFileSync(path, JSON.stringify(document, undefined, pick(next, [undefined, 1, "\t"])))
        for (const onBad of ["fail", "skip"] as const) {
          const expected = eagerly(document, questions, onBad, folder)
          const read = questions ? Data.ovdeval : Data.coco
          const found = yield* Effect.result(run(read({ annotations: path, images: folder, onBad })))
          if (Result.isFailure(found)) {
            assert.property(expected, "names", `round ${round}: ${found.failure.message}`)
            assert.include(found.failure.message, expected.names!, `round ${round}`)
            failed++
          } else {
            const { categories, examples, skipped: left } = found.success
            const read = { categories, examples: yield* toArray(examples), skipped: left }
            assert.deepStrictEqual<object>(read, expected, `round ${round}`)
            if (left > 0) skipped++
            else good++
          }
        }
      }
      for (const count of [good, failed, skipped]) assert.isAbove(count, 20)
    }))

  it.effect("gives the same rows, in the same order and by index, where they are too many for memory", () =>
    Effect.gen(function*() {
      const folder = yield* temporaryFolder
      yield* writePng(join(folder, "p.png"), 640, 480)
      const next = nextOf("large")
      const [images, boxes] = [6000, 265_000]
      const document = {
        images: Array.from({ length: images }, (_, id) => ({ id, file_name: "p.png", width: 640, height: 480 })),
        annotations: Array.from({ length: boxes }, (_, id) => ({
          id,
          image_id: next(images),
          category_id: next(30),
          bbox: [next(500), next(400), 1 + next(140), 1 + next(80)].map((side) => side + 0.25),
          iscrowd: next(50) === 0 ? 1 : 0
        })),
        categories: Array.from({ length: 30 }, (_, id) => ({ id, name: `label ${id}` }))
      }
      const path = join(folder, "large.json")
      writeFileSync(path, JSON.stringify(document))
      const byImage = Map.groupBy(document.annotations, (row) => row.image_id)
      const expected = document.images.map(({ id }): Example => {
        const objects = (byImage.get(id) ?? []).map(({ bbox: [x, y, w, h], category_id, iscrowd }) => ({
          label: `label ${category_id}`,
          box: { space: "original" as const, x1: x!, y1: y!, x2: x! + w!, y2: y! + h! },
          area: w! * h!,
          crowd: iscrowd === 1
        }))
        const present = new Set(objects.filter(({ crowd }) => !crowd).map(({ label }) => label))
        const positives = document.categories.map(({ name }) => name).filter((name) => present.has(name))
        return { id: String(id), image: { path: join(folder, "p.png"), width: 640, height: 480 }, objects, positives, negatives: [] }
      })
      const spool = yield* spoolIn(join(folder, "rows"))
      const work = Effect.gen(function*() {
        const dataset = yield* Data.coco({ annotations: path, images: folder }).run(undefined)
        const filtered = yield* Filter.maxBoxesPerCategory(2).run(dataset)
        const { rows } = yield* Prompt.template(Prompt.enhanced).run(filtered)
        return { dataset, rows }
      })
      const sampler = Sampler.of({
        inputSize: Effect.succeed,
        render: () => Effect.die("not asked"),
        sample: () => Effect.die("not asked")
      })
      const { dataset, rows } = yield* work.pipe(Effect.provideService(Spool, spool), Effect.provideService(Sampler, sampler))
      const examples = yield* toArray(dataset.examples)
      assert.strictEqual(examples.length, images)
      // as texts, whose comparison takes a tenth of the time
      for (const [i, example] of examples.entries()) assert.strictEqual(JSON.stringify(example), JSON.stringify(expected[i]))
      // draws of a training loop
      const prompts = yield* toArray(rows)
      const places = batches(Random.key(3), rows.size, 16)
      for (const step of [0, 7, Math.floor(rows.size / 16)]) {
        assert.deepStrictEqual(yield* rows.at(places(step)), places(step).map((place) => prompts[place]!))
      }
      const kept = new Map(expected.map((example, i) => [example.id, i]))
      assert.isTrue(prompts.every(({ id }, i) => i === 0 || kept.get(prompts[i - 1]!.id)! < kept.get(id)!))
    }), { tags: ["long"] })
})

describe("gather", () => {
  const labels = ["a", "b", "c"]
  const objectOf = (next: Next): TrueObject => ({
    label: pick(next, labels),
    box: { space: "original", x1: next(1e9) / 7, y1: -next(9) / 3, x2: next(1e9) / 7, y2: 1e300 },
    area: next(1e9) / 11,
    crowd: next(3) === 0
  })

  /** `spillEvery` asks for runs shorter than memory would. */
  const check = (round: string, images: number, count: number, spillEvery: number) =>
    Effect.gen(function*() {
      const folder = yield* temporaryFolder
      const next = nextOf("gather", round)
      const expected = Array.from({ length: images }, () => [] as Array<TrueObject>)
      const gathering = yield* gather(Effect.succeed(join(folder, "objects")), images, labels)
      for (let i = 0; i < count; i++) {
        const [image, object] = [Math.min(next(images), next(images)), objectOf(next)]
        expected[image]!.push(object)
        const isFull = gathering.add(image, labels.indexOf(object.label), object)
        if (isFull || (i + 1) % spillEvery === 0) yield* gathering.spill
      }
      for (let first = 0; first < images;) {
        const wanted = Math.min(1 + next(40), images - first)
        assert.deepStrictEqual(yield* gathering.take(first, wanted), expected.slice(first, first + wanted))
        first += wanted
      }
    })

  it.effect("keeps every object with its image, in the order of coming, in one run or many", () =>
    Effect.gen(function*() {
      for (let round = 0; round < 60; round++) {
        const next = nextOf("sizes", round)
        yield* Effect.scoped(check(String(round), 1 + next(50), next(400), 1 + next(100)))
      }
      yield* Effect.scoped(check("no object", 3, 0, 10))
      yield* Effect.scoped(check("runs longer than what is read at once", 100, 12_000, 5000))
    }))

  it.effect("asks for no file while objects are few", () =>
    Effect.gen(function*() {
      const gathering = yield* gather(Effect.die("no file is due"), 2, labels)
      gathering.add(1, 0, objectOf(nextOf("few")))
      assert.deepStrictEqual((yield* gathering.take(0, 2)).map((objects) => objects.length), [0, 1])
    }))

  it.effect("names the file that it cannot write", () =>
    Effect.gen(function*() {
      const folder = yield* temporaryFolder
      yield* Effect.promise(() => mkdir(join(folder, "objects")))
      const gathering = yield* gather(Effect.succeed(join(folder, "objects")), 2, labels)
      gathering.add(1, 0, objectOf(nextOf("few")))
      const error = yield* Effect.flip(gathering.spill)
      assert.include(error.message, join(folder, "objects"))
      assert.include(error.message, "Check the disk")
    }))
})
