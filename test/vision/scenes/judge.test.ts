/** Phrases are true, false, or open to dispute. */
import { assert, describe, it } from "@effect/vitest"
import { judge, type Verdict } from "../../../src/vision/scenes/judge.ts"
import type { Phrase } from "../../../src/vision/scenes/phrase.ts"
import { english } from "../../../src/vision/scenes/phrase.ts"
import { square } from "../../../src/vision/scenes/place.ts"
import { said } from "../../../src/vision/scenes/said.ts"
import type { Figure, Thing } from "../../../src/vision/scenes/thing.ts"

const figure = (form: Figure["form"], x: number, y: number, side: number, rest: Partial<Figure> = {}): Figure =>
  ({ form, colour: "red", material: "plain", border: false, fill: [212, 35, 40], box: square(x, y, side), ...rest })

const view = (...things: ReadonlyArray<Thing>) => ({ size: { width: 100, height: 100 }, background: [120, 120, 120] as const, things })

const verdicts = (phrase: Phrase, ...things: ReadonlyArray<Thing>): ReadonlyArray<Verdict> => judge(phrase, view(...things))

const circle = { form: "circle" } as const
const box = { form: "square" } as const

describe("position", () => {
  const left: Phrase = { says: "position", head: circle, word: "left of", other: box }
  const at = figure("square", 50, 40, 20)

  it("is clear a tenth of the image away and not too much across, false on the other side, and open between", () => {
    assert.deepStrictEqual(verdicts(left, figure("circle", 10, 40, 20), at), [true, false])
    assert.deepStrictEqual(verdicts(left, figure("circle", 75, 40, 20), at), [false, false])
    assert.deepStrictEqual(verdicts(left, figure("circle", 45, 5, 20), at), [undefined, false])
    assert.deepStrictEqual(verdicts(left, figure("circle", 37, 0, 20), at), [undefined, false], "more above than left")
  })

  it("needs the one thing that it speaks of", () => {
    assert.deepStrictEqual(verdicts(left, figure("circle", 10, 40, 20), at, figure("square", 80, 80, 10)), [undefined, false, false])
    assert.deepStrictEqual(verdicts(left, figure("circle", 10, 40, 20)), [false])
  })
})

describe("extremes", () => {
  it("stand out from the next of their form, and are not said of one alone", () => {
    const leftmost: Phrase = { says: "extreme", head: circle, word: "leftmost" }
    assert.deepStrictEqual(verdicts(leftmost, figure("circle", 40, 0, 20), figure("circle", 10, 60, 20), at0), [false, true, false])
    assert.deepStrictEqual(verdicts(leftmost, figure("circle", 15, 0, 20), figure("circle", 10, 60, 20)), [undefined, undefined])
    assert.deepStrictEqual(verdicts(leftmost, figure("circle", 15, 0, 20)), [undefined])
    const largest: Phrase = { says: "extreme", head: circle, word: "largest" }
    assert.deepStrictEqual(verdicts(largest, figure("circle", 0, 0, 20), figure("circle", 50, 50, 30)), [false, true])
    assert.deepStrictEqual(verdicts(largest, figure("circle", 0, 0, 20), figure("circle", 50, 50, 22)), [undefined, undefined])
  })

  const at0 = figure("square", 0, 0, 5)
})

describe("relations", () => {
  const relation = (word: Extract<Phrase, { says: "relation" }>["word"]): Phrase => ({ says: "relation", head: circle, word, other: box })
  const of = (one: Figure, other: Figure) =>
    Object.fromEntries((["inside", "around", "touching", "on", "under"] as const).map((word) => [word, verdicts(relation(word), one, other)[0]]))
  const at = figure("square", 30, 30, 40)

  it("are all false of things apart", () => {
    assert.deepStrictEqual(of(figure("circle", 80, 80, 10), at), { inside: false, around: false, touching: false, on: false, under: false })
  })

  it("leave open whether what is inside touches, or lies on, what is around it", () => {
    assert.deepStrictEqual(of(figure("circle", 40, 40, 15), at), { inside: true, around: false, touching: undefined, on: undefined, under: undefined })
    assert.deepStrictEqual(of(figure("circle", 10, 10, 80), at), { inside: false, around: true, touching: undefined, on: undefined, under: undefined })
    assert.isUndefined(of(figure("circle", 60, 40, 20), at)["inside"], "half inside")
  })

  it("tell what stands beside from what stands upon", () => {
    assert.deepStrictEqual(of(figure("circle", 10, 40, 20), at), { inside: false, around: false, touching: true, on: false, under: false })
    assert.deepStrictEqual(of(figure("circle", 40, 10, 20), at), { inside: false, around: false, touching: true, on: true, under: false })
    assert.deepStrictEqual(of(figure("circle", 40, 70, 20), at), { inside: false, around: false, touching: true, on: false, under: true })
  })

  it("leave near misses open", () => {
    assert.isUndefined(of(figure("circle", 8, 40, 20), at)["touching"])
  })

  it("are true when any of several stands so", () => {
    const far = figure("square", 80, 0, 10)
    assert.deepStrictEqual(verdicts(relation("inside"), figure("circle", 40, 40, 15), far, at), [true, false, false])
  })
})

describe("negation", () => {
  it("is of form and colour, or of a border", () => {
    const things = [figure("circle", 0, 0, 10), figure("circle", 20, 20, 10, { colour: "blue", border: true }), figure("square", 50, 50, 10)]
    assert.deepStrictEqual(verdicts({ says: "not", head: circle, colour: "red" }, ...things), [false, true, false])
    assert.deepStrictEqual(verdicts({ says: "border", head: circle, has: false }, ...things), [true, false, false])
  })
})

describe("materials", () => {
  it("leave open whether a fill with a black border is plain", () => {
    const plain: Phrase = { says: "noun", head: { form: "circle", adjective: "plain" } }
    assert.deepStrictEqual(verdicts(plain, figure("circle", 0, 0, 10), figure("circle", 20, 20, 10, { border: true })), [true, undefined])
  })
})

describe("what is said of a view", () => {
  it("speaks of the forms that are there, and leaves out what is open", () => {
    const found = said("position", view(figure("circle", 10, 40, 20), figure("square", 50, 40, 20)))
    assert.deepStrictEqual(Object.fromEntries(found.map(({ phrase, trueOf }) => [english(phrase), trueOf])), {
      "circle left of the square": [true, false],
      "circle right of the square": [false, false],
      "circle above the square": [false, false],
      "circle below the square": [false, false],
      "square left of the circle": [false, false],
      "square right of the circle": [false, true],
      "square above the circle": [false, false],
      "square below the circle": [false, false]
    })
  })
})
