import { execFileSync } from "node:child_process"
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import sharp from "sharp"
import * as Data from "../../src/data/index.ts"
import * as Random from "../../src/pipeline/Random.ts"
import { toArray } from "../../src/pipeline/Rows.ts"
import { pets, run, writePng, writeSet } from "./support.ts"

type Files = Parameters<typeof Data.coco>[0]

/** What reading fails with. */
const failureOf = (files: Files) => Effect.map(Effect.flip(run(Data.coco(files))), ({ message }) => message)

/** Ids of the examples, and how many were left out, when bad ones are skipped. */
const skipping = (files: Files) =>
  Effect.gen(function*() {
    const { examples, skipped } = yield* run(Data.coco({ ...files, onBad: "skip" }))
    return { ids: (yield* toArray(examples)).map(({ id }) => id), skipped }
  })

const renamed = (file: string) => {
  const document = pets()
  document.images[0]!.file_name = file
  return document
}

const makePipe = (path: string): void => {
  rmSync(path, { force: true })
  execFileSync("mkfifo", [path])
}

describe("annotation files", () => {
  it.effect("may begin with a byte order mark", () =>
    Effect.gen(function*() {
      const files = yield* writeSet(`\ufeff${JSON.stringify(pets())}`)
      assert.strictEqual((yield* run(Data.coco(files))).examples.size, 2)
    }))

  it.effect("in UTF-16 are refused with the remedy", () =>
    Effect.gen(function*() {
      for (const mark of ["", "\ufeff"]) {
        const files = yield* writeSet(pets())
        writeFileSync(files.annotations, Buffer.from(mark + JSON.stringify(pets()), "utf16le"))
        assert.include(yield* failureOf(files), `${files.annotations} is not JSON (it is not UTF-8, but perhaps UTF-16; save it as UTF-8)`)
      }
    }))

  it.effect("are not waited for when they are a pipe, neither by the plan nor by the stage", () =>
    Effect.gen(function*() {
      const files = yield* writeSet(pets())
      makePipe(files.annotations)
      const planned = yield* Effect.flip(Data.coco(files).content!)
      for (const message of [yield* failureOf(files), planned.message]) {
        assert.include(message, `${files.annotations} cannot be read (it is a pipe or device; save what it gives as a file)`)
      }
    }))

  it.effect("are no folders", () =>
    Effect.gen(function*() {
      const files = yield* writeSet(pets())
      assert.include(yield* failureOf({ ...files, annotations: files.images }), "it is a folder")
    }))

  it.effect("name the place where they stop to be JSON", () =>
    Effect.gen(function*() {
      const text = JSON.stringify(pets())
      const broken = (yield* writeSet(text.replace("[1,2,10,20]", "[1,2,NaN,20]"))).annotations
      assert.match(yield* failureOf({ annotations: broken, images: "." }), /pets\.json is not JSON \(annotations\[0\], from byte \d+ on: .*N/)
      const short = (yield* writeSet(text.slice(0, -60))).annotations
      assert.match(yield* failureOf({ annotations: short, images: "." }), /ends too early, in "categories"/)
    }))

  it.effect("say which list is missing, so that a file of captions is seen for what it is", () =>
    Effect.gen(function*() {
      const { annotations, images } = pets()
      assert.include(yield* failureOf(yield* writeSet({ images, annotations })), "there is no list \"categories\"")
      assert.include(yield* failureOf(yield* writeSet({ images, annotations, categories: {} })), "categories must be a list, not an object")
      assert.include(yield* failureOf(yield* writeSet([])), "must be an object")
    }))

  it.effect("take texts as ids, which are other ids than numbers", () =>
    Effect.gen(function*() {
      const document: unknown = JSON.parse(JSON.stringify(pets()).replaceAll(/("image_id"|"id"):7/g, "$1:\"seven\""))
      const { examples } = yield* run(Data.coco(yield* writeSet(document)))
      assert.deepStrictEqual((yield* toArray(examples)).map(({ id, objects }) => [id, objects.length]), [["seven", 1], ["9", 2]])
      const mixed: unknown = JSON.parse(JSON.stringify(pets()).replace("\"image_id\":7", "\"image_id\":\"7\""))
      assert.include(yield* failureOf(yield* writeSet(mixed)), "no image has the id \"7\"")
    }))

  it.effect("garbled in any way give a data set or an error that names the file", () =>
    Effect.gen(function*() {
      const files = yield* writeSet(pets())
      const text = readFileSync(files.annotations)
      for (let round = 0; round < 100; round++) {
        const next = Random.stream(Random.fold(Random.key(2), round))
        const bytes = Buffer.from(text)
        for (let change = 0; change < 1 + (round % 4); change++) {
          const letters = "{}[]\",:\\01e-n \0\u00ff"
          bytes[Math.floor(next() * bytes.length)] = letters.charCodeAt(Math.floor(next() * letters.length))
        }
        writeFileSync(files.annotations, bytes.subarray(0, next() < 0.2 ? Math.floor(next() * bytes.length) : bytes.length))
        for (const onBad of ["fail", "skip"] as const) {
          const found = yield* Effect.result(run(Data.ovdeval({ ...files, onBad })))
          if (Result.isFailure(found)) {
            assert.strictEqual(found.failure._tag, "DataError")
            assert.include(found.failure.message, files.annotations)
          } else assert.isAtMost(found.success.examples.size, 2)
        }
      }
    }))

  it.effect("show texts in quotes where a number is due", () =>
    Effect.gen(function*() {
      const document: unknown = JSON.parse(JSON.stringify(pets()).replace("[1,2,10,20]", "[1,2,\"10\",20]"))
      assert.include(yield* failureOf(yield* writeSet(document)), "annotation 1, field \"bbox\"[2] must be a finite number, not \"10\"")
    }))
})

describe("pictures", () => {
  const outsides = { "above": "../cat.png", "above, by a detour": "a/../../cat.png", "the folder above": "..", "absolute": resolve("cat.png") }
  for (const [what, outside] of Object.entries(outsides)) {
    it.effect(`stay inside of their folder: a path that is ${what} is a bad row`, () =>
      Effect.gen(function*() {
        const files = yield* writeSet(renamed(outside))
        yield* writePng(join(files.images, "../cat.png"), 40, 30)
        const message = yield* failureOf(files)
        for (const part of ["image 7, field \"file_name\" must stay inside of the images folder", outside, "onBad"]) {
          assert.include(message, part)
        }
        assert.deepStrictEqual(yield* skipping(files), { ids: ["9"], skipped: 1 })
      }))
  }

  it.effect("may lie in folders below, whatever their names", () =>
    Effect.gen(function*() {
      for (const file of ["sub/cat.png", "./sub/../sub/cat.png", "..cat.png"]) {
        const files = yield* writeSet(renamed(file))
        mkdirSync(join(files.images, "sub"))
        yield* writePng(join(files.images, file), 40, 30)
        assert.strictEqual((yield* run(Data.coco(files))).examples.size, 2)
      }
    }))

  it.effect("are not waited for when they are a pipe, and are no folders", () =>
    Effect.gen(function*() {
      const files = yield* writeSet(pets())
      const picture = join(files.images, "cat.png")
      makePipe(picture)
      assert.include(yield* failureOf(files), "it is a pipe or device")
      assert.deepStrictEqual(yield* skipping(files), { ids: ["9"], skipped: 1 })
      yield* Data.coco(files).content!
      rmSync(picture)
      mkdirSync(picture)
      assert.include(yield* failureOf(files), "it is a folder")
    }))

  it.effect("turned by an EXIF orientation are named so when the file gives the size as they are shown", () =>
    Effect.gen(function*() {
      const files = yield* writeSet(pets())
      const picture = join(files.images, "dog.jpg") // given as 20 x 50
      const write = (width: number, height: number, orientation: number) =>
        Effect.promise(() =>
          sharp({ create: { width, height, channels: 3, background: "#336699" } }).withMetadata({ orientation }).jpeg().toFile(picture)
        )
      yield* write(50, 20, 8)
      const turned = yield* failureOf(files)
      for (const part of ["50 x 20", "20 x 50", "EXIF orientation (8)", "Store it turned"]) assert.include(turned, part)
      yield* write(50, 20, 3) // upside down, which changes no side
      assert.notInclude(yield* failureOf(files), "EXIF")
      yield* write(20, 50, 8) // annotated as stored
      assert.strictEqual((yield* run(Data.coco(files))).examples.size, 2)
    }))

  it.effect("with a name that no file can have are bad rows", () =>
    Effect.gen(function*() {
      const files = yield* writeSet(renamed("a\0b.png"))
      assert.include(yield* failureOf(files), "image 7")
      yield* Data.coco(files).content!
    }))
})

describe("content", () => {
  it.effect("is there for a file that is no JSON, and follows its bytes", () =>
    Effect.gen(function*() {
      const files = yield* writeSet("{\"images\": [{}, nonsense")
      const hash = () => Data.coco(files).content!
      const before = yield* hash()
      writeFileSync(files.annotations, `${readFileSync(files.annotations, "utf8")} more`)
      assert.notStrictEqual(yield* hash(), before)
    }))
})
