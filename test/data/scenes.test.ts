/** Scenes say what they show: every label is true of what it is drawn around, and of nothing else. */
import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Data from "../../src/data/index.ts"
import { viewOf } from "../../src/data/drawn/scenes.ts"
import { toArray } from "../../src/pipeline/Rows.ts"
import { Generated } from "../../src/pipeline/run/services.ts"
import * as Task from "../../src/task/index.ts"
import { spool } from "../../src/testing.ts"
import { area } from "../../src/vision/Box.ts"
import { signatureOf } from "../../src/vision/scenes/compose.ts"
import { english, frameOf, phrases, type Subset, subsets } from "../../src/vision/scenes/phrase.ts"
import { meant } from "../vision/scenes/oracle.ts"
import { temporaryFolder } from "./support.ts"

const size = { width: 112, height: 112 }

const items = (subset: Subset, count = 300, split: "train" | "validation" = "train") =>
  Array.from({ length: count }, (_, i) => viewOf({ split, subset, seed: 3, size }, i))

const share = <A>(all: ReadonlyArray<A>, holds: (one: A) => boolean) => all.filter(holds).length / all.length

/** The data set, its examples in memory. */
const run = (folder: string, options: Parameters<typeof Data.scenes>[0]) =>
  Effect.gen(function*() {
    const dataset = yield* Data.scenes(options).run(undefined)
    return { ...dataset, examples: yield* toArray(dataset.examples) }
  }).pipe(Effect.provideService(Generated, { folder }), Effect.provide(spool))

describe.each(subsets)("the subset %s", (subset) => {
  const all = items(subset)

  it("annotates exactly what a phrase is true of, and asks for no hard negative that is", () => {
    for (const { question, view } of all) {
      for (const { phrase, trueOf } of question.text) {
        const annotated = view.things.filter((_, i) => trueOf[i])
        assert.deepStrictEqual(meant(english(phrase), view.things), annotated, english(phrase))
        assert.isAtLeast(annotated.length, 1)
      }
      for (const phrase of question.negText) assert.deepStrictEqual(meant(english(phrase), view.things), [], english(phrase))
    }
  })

  it("asks for one or two phrases about different things, and for hard negatives that differ in its property alone", () => {
    for (const { question: { negText, text } } of all) {
      assert.isTrue(text.length + negText.length >= 1 && text.length <= 2 && negText.length <= 2)
      const [first, second] = text
      if (second !== undefined) assert.isFalse(first!.trueOf.some((holds, i) => holds && second.trueOf[i]))
      const frames = text.map(({ phrase }) => frameOf(phrase))
      if (text.length > 0) for (const phrase of negText) assert.include(frames, frameOf(phrase))
    }
  })

  it("has its promised share of hard negatives", () => {
    if (subset === "referring") return assert.isTrue(all.every(({ question }) => question.negText.length === 0))
    const withNegatives = share(all, ({ question }) => question.negText.length > 0)
    const withoutText = share(all, ({ question }) => question.text.length === 0)
    assert.isAbove(withNegatives, 0.35)
    assert.isTrue(withoutText > 0.02 && withoutText < 0.13)
  })

  it("draws things that are large enough, within the frame and seldom more than four", () => {
    for (const { view } of all) {
      assert.isTrue(view.things.length >= 1 && view.things.length <= 5)
      for (const { box } of view.things) {
        assert.isTrue([box.x1, box.y1, box.x2, box.y2].every(Number.isInteger))
        assert.isTrue(box.x1 > 2 && box.y1 > 2 && box.x2 < 110 && box.y2 < 110)
        assert.isAbove(area(box), 0.01 * 112 * 112)
      }
    }
    assert.isAbove(share(all, ({ view }) => view.things.length <= 4), 0.85)
  })

  it("depends on seed, split and place alone, and has no scene of one split in the other", () => {
    assert.deepStrictEqual(items(subset, 20), all.slice(0, 20))
    const seen = new Set(all.map(({ view }) => signatureOf(view)))
    assert.isTrue(items(subset, 100, "validation").every(({ view }) => !seen.has(signatureOf(view))))
  })

  it("holds in pictures of other sizes", () => {
    for (const other of [{ width: 64, height: 64 }, { width: 240, height: 90 }]) {
      for (let i = 0; i < 20; i++) {
        const { question, view } = viewOf({ split: "train", subset, seed: 4, size: other }, i)
        for (const { box } of view.things) {
          assert.isTrue(box.x1 > 2 && box.y1 > 2 && box.x2 < other.width - 2 && box.y2 < other.height - 2)
        }
        for (const { phrase, trueOf } of question.text) {
          assert.deepStrictEqual(meant(english(phrase), view.things), view.things.filter((_, at) => trueOf[at]), english(phrase))
        }
      }
    }
  })

  it("uses every one of its words", () => {
    const used = new Set(items(subset, 1000).flatMap(({ question: { negText, text } }) =>
      [...text.map(({ phrase }) => phrase), ...negText].flatMap((phrase) => english(phrase).split(" "))))
    const listed = subset === "referring"
      ? subsets.flatMap((one) => one === "referring" || one === "celebrity" || one === "logo" || one === "landmark" ? [] : phrases[one])
      : phrases[subset]
    assert.deepStrictEqual([...new Set(listed.flatMap((phrase) => english(phrase).split(" ")))].filter((word) => !used.has(word)), [])
  })
})

describe("referring", () => {
  const all = items("referring", 600)

  it("means exactly one thing, mostly one of several of its form, and in words of every kind", () => {
    assert.isTrue(all.every(({ question: { text } }) => text.length === 1 && text[0]!.trueOf.filter(Boolean).length === 1))
    const rivals = share(all, ({ question: { text }, view: { things } }) => {
      const { phrase } = text[0]!
      return things.filter((thing) => "form" in thing && phrase.says !== "name" && thing.form === phrase.head.form).length > 1
    })
    assert.isAbove(rivals, 0.7)
    for (const kind of ["noun", "extreme", "position", "relation", "not", "border"]) {
      assert.isAbove(share(all, ({ question }) => question.text[0]!.phrase.says === kind), 0.02, kind)
    }
  })
})

describe("Data.scenes", () => {
  it.effect.each(subsets)("reads %s back with its questions, and the same bytes every time", (subset) =>
    Effect.gen(function*() {
      const options = { split: "validation", subset, count: 8, seed: 3 } as const
      const folders = [yield* temporaryFolder, yield* temporaryFolder]
      const [dataset] = yield* Effect.forEach(folders, (folder) => run(folder, options))
      assert.strictEqual(dataset!.name, `${subset}-validation`)
      dataset!.examples.forEach((example, i) => {
        const { question, view } = viewOf({ ...options, size }, i)
        assert.deepStrictEqual(example.positives, question.text.map(({ phrase }) => english(phrase)))
        assert.deepStrictEqual(example.negatives, question.negText.map(english))
        const objects = question.text.flatMap(({ phrase, trueOf }) =>
          view.things.filter((_, at) => trueOf[at]).map(({ box }) => ({ label: english(phrase), box, area: area(box), crowd: false })))
        assert.sameDeepMembers([...example.objects], objects)
      })
      const hashes = folders.map((folder) =>
        readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
          .map(({ name, parentPath }) => createHash("sha256").update(readFileSync(join(parentPath, name))).digest("hex")).sort())
      assert.strictEqual(hashes[0]!.length, 10)
      assert.deepStrictEqual(hashes[0], hashes[1])
    }))

  it.effect("shows the same scenes in another style, in files of their own", () =>
    Effect.gen(function*() {
      const folder = yield* temporaryFolder
      const options = { split: "validation", subset: "color", count: 4 } as const
      const plain = yield* run(folder, options)
      const sketch = yield* run(folder, { ...options, style: "sketch" })
      const told = ({ image: { height, width }, ...example }: Data.Example) => ({ ...example, height, width })
      assert.deepStrictEqual(sketch.examples.map(told), plain.examples.map(told))
      sketch.examples.forEach(({ image }, i) =>
        assert.notDeepEqual(readFileSync(image.path), readFileSync(plain.examples[i]!.image.path)))
    }))

  it.effect("gives expressions of referring, each the one that its image asks for", () =>
    Effect.gen(function*() {
      const folder = yield* temporaryFolder
      const options = { split: "train", subset: "referring", count: 12 } as const
      const { examples } = yield* run(folder, options)
      const referring = yield* Task.referring.expressions(Data.scenes(options)).run(undefined).pipe(
        Effect.flatMap(({ examples }) => toArray(examples)),
        Effect.provideService(Generated, { folder }),
        Effect.provide(spool)
      )
      assert.deepStrictEqual(
        referring.map(({ box, expression, id }) => ({ box, expression, id })),
        examples.map(({ id, objects: [one] }) => ({ box: one!.box, expression: `the ${one!.label}`, id }))
      )
    }))

  it("refuses a subset that there is not, naming the key", () => {
    assert.throws(() => Data.scenes({ split: "train", subset: "colour" as "color" }), /scenes: .*subset/)
  })
})
