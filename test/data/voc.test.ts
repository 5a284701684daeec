/** Pascal VOC: a strict reading of hand-made XML. */
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Data from "../../src/data/index.ts"
import { parseVoc } from "../../src/data/layouts/vocXml.ts"
import * as Random from "../../src/pipeline/Random.ts"
import { toArray } from "../../src/pipeline/Rows.ts"
import { BadField } from "../../src/task/detection/coco/fields.ts"
import { png, run, writeFiles } from "./support.ts"

const object = (name: string, [xmin, ymin, xmax, ymax]: ReadonlyArray<unknown>, more = "<difficult>0</difficult>") => `
  <object>
    <name>${name}</name>
    <pose>Left</pose>
    <truncated>1</truncated>
    ${more}
    <bndbox>
      <xmin>${xmin}</xmin>
      <ymin>${ymin}</ymin>
      <xmax>${xmax}</xmax>
      <ymax>${ymax}</ymax>
    </bndbox>
    <part><name>head</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></part>
  </object>`

const xml = (objects: string, filename = "<filename>000005.jpg</filename>") => `<annotation>
  <folder>VOC2007</folder>
  ${filename}
  <source><database>The VOC2007 Database</database><image>flickr</image></source>
  <size><width>40</width><height>30</height><depth>3</depth></size>
  <segmented>0</segmented>${objects}
</annotation>
`

const set = (files: { readonly [name: string]: string }) =>
  Effect.gen(function*() {
    const picture = yield* Effect.promise(() => png(40, 30))
    const folder = yield* writeFiles({
      ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`Annotations/${name}`, text])),
      "JPEGImages/000005.jpg": picture,
      "JPEGImages/000007.jpg": picture,
      "ImageSets/Main/val.txt": "000007\n\n",
      "ImageSets/Main/chair_val.txt": "000005 -1\n000007  1\n"
    })
    return { annotations: join(folder, "Annotations"), images: join(folder, "JPEGImages"), lists: join(folder, "ImageSets/Main") }
  })

const both = {
  "000005.xml": xml(object("chair", [1, 2, 11, 22]) + object("person", [5, 5, 40, 30], "<difficult>1</difficult>")),
  "000007.xml": xml(object("car &amp; trailer", [3.5, 4, 10, 10], ""), "")
}

describe("Data.voc", () => {
  it.effect("counts pixels from 1 with both corners taken in, and difficult objects as crowd", () =>
    Effect.gen(function*() {
      const { lists: _, ...files } = yield* set(both)
      const dataset = yield* run(Data.voc(files))
      assert.deepStrictEqual([dataset.name, dataset.categories], ["Annotations", ["car & trailer", "chair", "person"]])
      const [first, second] = yield* toArray(dataset.examples)
      assert.deepStrictEqual(first, {
        id: "000005",
        image: { path: join(files.images, "000005.jpg"), width: 40, height: 30 },
        objects: [
          { label: "chair", box: { space: "original", x1: 0, y1: 1, x2: 11, y2: 22 }, area: 231, crowd: false },
          { label: "person", box: { space: "original", x1: 4, y1: 4, x2: 40, y2: 30 }, area: 936, crowd: true }
        ],
        positives: ["chair"],
        negatives: []
      })
      assert.deepStrictEqual([second!.id, second!.positives], ["000007", ["car & trailer"]])
    }))

  it.effect("takes the images that a list names, and refuses the list of one class", () =>
    Effect.gen(function*() {
      const { lists, ...files } = yield* set(both)
      const { examples, name } = yield* run(Data.voc({ ...files, list: join(lists, "val.txt") }))
      assert.deepStrictEqual([name, (yield* toArray(examples)).map(({ id }) => id)], ["val.txt", ["000007"]])
      const error = yield* Effect.flip(run(Data.voc({ ...files, list: join(lists, "chair_val.txt") })))
      assert.include(error.message, "chair_val.txt, line 1")
      assert.include((yield* Effect.flip(run(Data.voc({ ...files, list: join(lists, "none.txt") })))).message, "none.txt")
    }))

  it.effect("is not read from a folder without XML", () =>
    Effect.gen(function*() {
      const { images } = yield* set(both)
      const error = yield* Effect.flip(run(Data.voc({ annotations: images, images })))
      assert.include(error.message, `${images} holds nothing that could be read`)
    }))

  const spoilt: ReadonlyArray<readonly [what: string, text: string, says: ReadonlyArray<string>]> = [
    ["no XML", "not <xml", ["annotation", "must be XML"]],
    ["another document", "<html></html>", ["outermost"]],
    ["an entity bomb", "<!DOCTYPE a [<!ENTITY b \"cc\"><!ENTITY d \"&b;&b;\">]><annotation>&d;</annotation>", ["must be XML"]],
    ["no size", "<annotation></annotation>", ["size", "missing"]],
    ["no width", xml("").replace("<width>40</width>", "<width>0</width>"), ["size.width"]],
    ["no name", xml(object("", [1, 1, 2, 2])), ["\"object.name\"[0]"]],
    ["no number", xml(object("cat", [1, 1, 2, 2]) + object("cat", ["", 1, 2, 2])), ["\"object.bndbox.xmin\"[1]", "must be a number"]],
    ["two corners of a name", xml(object("cat", ["1</xmin><xmin>1", 1, 2, 2])), ["occurs twice"]],
    ["corners in the wrong order", xml(object("cat", [20, 1, 2, 2])), ["xmin <= xmax"]],
    ["a box of a larger picture", xml(object("cat", [1, 1, 400, 300])), ["leaves the image of 40 x 30"]],
    ["another picture's size", xml("").replace("<width>40", "<width>41"), ["41 x 30"]],
    ["a path out of the folder", xml("", "<filename>../000005.jpg</filename>"), ["filename", "stay inside"]]
  ]
  for (const [what, text, says] of spoilt) {
    it.effect(`${what}: fails naming file and element, or leaves the image out`, () =>
      Effect.gen(function*() {
        const { lists: _, ...files } = yield* set({ ...both, "000005.xml": text })
        const error = yield* Effect.flip(run(Data.voc(files)))
        for (const part of ["000005.xml", ...says]) assert.include(error.message, part)
        const { examples, skipped } = yield* run(Data.voc({ ...files, onBad: "skip" }))
        assert.deepStrictEqual([(yield* toArray(examples)).map(({ id }) => id), skipped], [["000007"], 1])
      }))
  }

  it.effect("garbled in any way gives objects or a bad field, never anything else", () =>
    Effect.gen(function*() {
      const text = Buffer.from(both["000005.xml"])
      let good = 0
      for (let round = 0; round < 300; round++) {
        const next = Random.stream(Random.fold(Random.key(3), round))
        const bytes = Buffer.from(text)
        const letters = "<>/&;\"'! 01e-\0\u00ff"
        bytes[Math.floor(next() * bytes.length)] = letters.charCodeAt(Math.floor(next() * letters.length))
        const found = yield* Effect.result(parseVoc(bytes.subarray(0, next() < 0.1 ? Math.floor(next() * bytes.length) : bytes.length)))
        if (Result.isFailure(found)) assert.instanceOf(found.failure, BadField)
        else good++
      }
      assert.isAbove(good, 20)
    }))
})
