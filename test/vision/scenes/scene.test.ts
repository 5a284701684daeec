import { assert, describe, it } from "@effect/vitest"
import { hardNegatives, question } from "../../../src/data/drawn/question.ts"
import { renderPng, renderRaw } from "../../../src/vision/scenes/render.ts"
import { frame } from "../../../src/vision/scenes/place.ts"
import { type Form, forms, label, labels, type Scene, scene, type Shape, signature, textures } from "../../../src/vision/scenes/scene.ts"
import { sceneOf, splitOf } from "../../../src/data/drawn/shapes.ts"
import * as Random from "../../../src/pipeline/Random.ts"
import { area, intersection, iou } from "../../../src/vision/Box.ts"

const size = { width: 112, height: 112 }
const scenes = Array.from({ length: 2000 }, (_, i) => scene(Random.stream(Random.fold(Random.key(5), i)), size))
const share = <A>(items: ReadonlyArray<A>, holds: (item: A) => boolean) => items.filter(holds).length / items.length

describe("scene", () => {
  it("places 1 to 6 shapes in whole pixels inside the frame, also when the image is not square", () => {
    for (const wide of [size, { width: 200, height: 80 }, { width: 64, height: 64 }]) {
      for (let i = 0; i < 300; i++) {
        const { shapes } = scene(Random.stream(Random.fold(Random.key(8), i)), wide)
        assert.isTrue(shapes.length >= 1 && shapes.length <= 6)
        for (const { box } of shapes) {
          assert.isTrue([box.x1, box.y1, box.x2, box.y2].every(Number.isInteger))
          assert.isTrue(box.x1 >= frame && box.y1 >= frame)
          assert.isTrue(box.x2 <= wide.width - frame && box.y2 <= wide.height - frame)
          assert.isTrue(box.x2 - box.x1 >= 3 && box.x2 - box.x1 === box.y2 - box.y1)
        }
      }
    }
  })

  it("keeps overlap small: pairs below IoU 0.15, nothing hidden by more than a quarter, no contact within a colour", () => {
    for (const { shapes } of scenes) {
      shapes.forEach((shape, i) => {
        const later = shapes.slice(i + 1)
        const hidden = later.reduce((sum, other) => sum + intersection(shape.box, other.box), 0)
        assert.isTrue(hidden <= 0.25 * area(shape.box))
        for (const other of later) {
          assert.isBelow(iou(shape.box, other.box), 0.15)
          if (other.colour === shape.colour) assert.strictEqual(intersection(shape.box, other.box), 0)
        }
      })
    }
  })

  it("mixes sizes, counts and repeated labels in the promised shares", () => {
    const shapes = scenes.flatMap((one) => one.shapes)
    const sides = shapes.map(({ box }) => box.x2 - box.x1)
    assert.approximately(share(sides, (side) => side * side < 0.005 * 112 * 112), 0.12, 0.02)
    assert.isAtLeast(Math.max(...sides), 58)
    assert.isAtMost(Math.max(...sides), 61)
    assert.approximately(share(scenes, (one) => one.shapes.length <= 4), 0.9, 0.03)
    assert.isAbove(share(scenes, (one) => new Set(one.shapes.map(label)).size < one.shapes.length), 0.15)
    assert.deepStrictEqual(new Set(shapes.map(label)), new Set(labels))
    assert.strictEqual(labels.length, 24)
  })

  it("depends on its key alone", () => {
    const key = Random.fold(Random.key(1), "again")
    assert.deepStrictEqual(scene(Random.stream(key), size), scene(Random.stream(key), size))
    assert.notDeepEqual(scene(Random.stream(key), size), scene(Random.stream(Random.fold(Random.key(2), "again")), size))
  })
})

describe("render", () => {
  const shown = (form: Form, side: number, texture: Shape["texture"]): Scene => ({
    size: { width: 90, height: 70 },
    background: [240, 240, 240],
    shapes: [{
      form,
      colour: "blue",
      texture,
      fill: [38, 92, 222],
      box: { space: "original", x1: 11, y1: 3, x2: 11 + side, y2: 3 + side }
    }]
  })

  it("fills the box exactly, whatever the form, size and texture", async () => {
    for (const form of forms) {
      for (const texture of textures) {
        for (const side of [5, 8, 17, 30, 61]) {
          const full = shown(form, side, texture)
          const [drawn, empty] = await Promise.all([renderRaw(full), renderRaw({ ...full, shapes: [] })])
          assert.deepStrictEqual(differing(drawn, empty, 90), { x1: 11, y1: 3, x2: 11 + side, y2: 3 + side }, `${form} ${side}`)
        }
      }
    }
  })

  it("draws the same dark frame around every scene", async () => {
    for (const one of scenes.slice(0, 20)) {
      const pixels = await renderRaw(one)
      const dark = (x: number, y: number) => [0, 1, 2].every((c) => pixels[(y * 112 + x) * 3 + c] === 0)
      for (let i = 0; i < 112; i++) {
        for (let edge = 0; edge < frame; edge++) {
          assert.isTrue(dark(i, edge) && dark(i, 111 - edge) && dark(edge, i) && dark(111 - edge, i))
        }
      }
      assert.isFalse(dark(frame, frame))
    }
  })

  it("gives the same bytes every time", async () => {
    for (const one of scenes.slice(0, 5)) {
      assert.deepStrictEqual(await renderPng(one), await renderPng(one))
      assert.strictEqual((await renderRaw(one)).length, 112 * 112 * 3)
    }
  })

  /** Smallest box, in corners, around the pixels that differ visibly. */
  const differing = (a: Uint8Array, b: Uint8Array, width: number) => {
    const different = Array.from({ length: a.length / 3 }, (_, pixel) => pixel)
      .filter((pixel) => [0, 1, 2].some((c) => Math.abs(a[pixel * 3 + c]! - b[pixel * 3 + c]!) > 6))
    const xs = different.map((pixel) => pixel % width)
    const ys = different.map((pixel) => Math.floor(pixel / width))
    return { x1: Math.min(...xs), y1: Math.min(...ys), x2: Math.max(...xs) + 1, y2: Math.max(...ys) + 1 }
  }
})

describe("splits", () => {
  it("share no scene, even when textures and backgrounds are disregarded", () => {
    const draw = (split: "train" | "validation") =>
      Array.from({ length: 300 }, (_, i) => sceneOf({ split, seed: 0, size }, i))
    const train = draw("train")
    assert.isTrue(train.every((one) => splitOf(one) === "train"))
    const seen = new Set(train.map(signature))
    assert.isTrue(draw("validation").every((one) => !seen.has(signature(one)) && splitOf(one) === "validation"))
  })

  it("put a scene where it is whatever its texture", () => {
    const one = scenes[0]!
    const retextured: Scene = { ...one, shapes: one.shapes.map((shape) => ({ ...shape, texture: "dotted", fill: [1, 2, 3] })) }
    assert.strictEqual(splitOf(retextured), splitOf(one))
  })
})

describe("question", () => {
  const asked = scenes.map((one, i) => ({ one, ...question(Random.fold(Random.key(3), i), one) }))

  it("asks for labels that are there, and for negatives that are not but look alike", () => {
    for (const { negText, one, text } of asked) {
      const present = new Set(one.shapes.map(label))
      assert.isTrue(text.every((name) => present.has(name)))
      for (const negative of negText) {
        assert.isFalse(present.has(negative))
        const [colour, form] = negative.split(" ")
        assert.isTrue(one.shapes.some((shape) => shape.colour === colour || shape.form === form))
      }
      assert.isTrue(text.length + negText.length >= 1 && negText.length <= 2)
      assert.strictEqual(new Set([...text, ...negText]).size, text.length + negText.length)
    }
  })

  it("has negatives in about 30 % of the questions with an answer, and no answer in about 8 %", () => {
    const answered = asked.filter(({ text }) => text.length > 0)
    assert.approximately(1 - answered.length / asked.length, 0.08, 0.02)
    assert.approximately(share(answered, ({ negText }) => negText.length > 0), 0.3, 0.04)
  })

  it("asks for everything in half of the questions, and for any number of labels in the others", () => {
    const several = asked.filter(({ one, text }) => text.length > 0 && new Set(one.shapes.map(label)).size === 4)
    // Of the other half, a quarter asks for all four by chance.
    assert.approximately(share(several, ({ text }) => text.length === 4), 0.5 + 0.5 / 4, 0.08)
    for (const count of [1, 2, 3]) assert.approximately(share(several, ({ text }) => text.length === count), 0.5 / 4, 0.08)
  })

  it("knows all look-alikes of a red circle", () => {
    const found = hardNegatives([{ ...scenes[0]!.shapes[0]!, colour: "red", form: "circle" }])
    assert.deepStrictEqual([...found].sort(), [
      "blue circle", "green circle", "orange circle", "purple circle", "red square", "red star", "red triangle", "yellow circle"
    ])
  })
})
