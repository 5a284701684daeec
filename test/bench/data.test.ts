import { execFile } from "node:child_process"
import { createReadStream, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { assert, describe, it } from "vitest"
import * as InstancesFile from "../../bench/support/instancesFile.ts"
import { splitter } from "../../src/task/splitJson.ts"

const bench = fileURLToPath(new URL("../../bench/run.ts", import.meta.url))

describe("bench data", () => {
  it("runs small, and gives what it measured as JSON", { tags: ["long"] }, async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [bench, "data", "--smoke"])
    const { data } = JSON.parse(stdout)
    assert.deepInclude(data, { images: InstancesFile.tiny.images, boxes: InstancesFile.tiny.boxes })
    for (const name of ["fileBytes", "targets", "met"]) assert.property(data, name)
    for (const name of ["seconds", "peakBytes", "objectBytes", "secondsAgain", "peakBytesAgain"]) {
      assert.isAbove(data[name].median, 0, name)
    }
  })

  it("makes files of the sizes that it names, and a picture for every image", async () => {
    const folder = mkdtempSync(join(tmpdir(), "assay-bench-test-"))
    try {
      const path = join(folder, "instances.json")
      InstancesFile.write(path, InstancesFile.tiny)
      await InstancesFile.writePictures(join(folder, "images"), InstancesFile.tiny.images)
      const { end, push } = splitter()
      const counts = new Map<string | undefined, number>()
      const pieces = []
      for await (const bytes of createReadStream(path)) pieces.push(...push(bytes))
      for (const piece of [...pieces, ...end()]) {
        if ("rows" in piece) counts.set(piece.key, (counts.get(piece.key) ?? 0) + piece.rows.length)
      }
      const { boxes: annotations, categories, images } = InstancesFile.tiny
      assert.deepStrictEqual(Object.fromEntries(counts), { images, annotations, categories })
      const pictures = readdirSync(join(folder, "images"))
      assert.strictEqual(pictures.length, images)
      assert.strictEqual(statSync(join(folder, "images", pictures[0]!)).nlink, images / 5)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
