/**
 * A data set of COCO's size from an instances file through two filters and a template, as `assay run` does it, and the same
 * command again, which is answered from the journal.
 */
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Child from "./support/child.ts"
import * as InstancesFile from "./support/instancesFile.ts"
import * as Measure from "./support/measure.ts"

/** Bytes of resident memory, bytes of stored objects, seconds of a run that has nothing to do. */
const targets = { peakBytes: 1e9, objectBytes: 150e6, secondsAgain: 3 } as const

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

/** `assay run` in a process of its own: seconds of the whole process, and the most memory that it had. */
const runStudy = async (folder: string) => {
  const memory = join(folder, "memory")
  const words = ["run", path("./support/dataStudy.ts"), "--db", join(folder, "runs.db"), "--json"]
  const recorder = new URL("./support/recordMemory.ts", import.meta.url).href
  const seconds = await Measure.seconds(() =>
    Child.output(["--import", recorder, path("../bin/assay.js"), ...words], { ASSAY_BENCH_DATA: folder, ASSAY_BENCH_MEMORY: memory })
  )
  return { seconds, peakBytes: Number(readFileSync(memory, "utf8")) }
}

const bytesBelow = (folder: string): number =>
  Measure.sum(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(join(entry.parentPath, entry.name)).size)
  )

/** Runs the study `rounds` times from nothing, each time followed by a run that finds all of it done. */
export const measure = (settings: Measure.Settings, sizes: InstancesFile.Sizes) =>
  Measure.inFolder(async (folder) => {
    Measure.say(`data: writing ${sizes.images} images with ${sizes.boxes} boxes`)
    const annotations = join(folder, "instances.json")
    InstancesFile.write(annotations, sizes)
    await InstancesFile.writePictures(join(folder, "images"), sizes.images)
    const measured = await Measure.rounds(settings, "data", async () => {
      for (const name of readdirSync(folder)) {
        if (name.startsWith("runs.db") || name === ".assay") rmSync(join(folder, name), { recursive: true })
      }
      const first = await runStudy(folder)
      const again = await runStudy(folder)
      return { first, again, objectBytes: bytesBelow(join(folder, ".assay", "objects")) }
    })
    const summary = (of: (round: (typeof measured)[number]) => number) => Measure.summary(measured.map(of))
    return {
      images: sizes.images,
      boxes: sizes.boxes,
      fileBytes: statSync(annotations).size,
      seconds: summary(({ first }) => first.seconds),
      peakBytes: summary(({ first }) => first.peakBytes),
      objectBytes: summary(({ objectBytes }) => objectBytes),
      secondsAgain: summary(({ again }) => again.seconds),
      peakBytesAgain: summary(({ again }) => again.peakBytes)
    }
  })

export const data: Measure.Part = async (settings) => {
  const measured = await measure(settings, settings.smoke ? InstancesFile.tiny : InstancesFile.coco)
  const { objectBytes, peakBytes, secondsAgain } = measured
  // One process may be luckier than another; the largest counts.
  const met = peakBytes.most <= targets.peakBytes && objectBytes.most <= targets.objectBytes &&
    secondsAgain.median <= targets.secondsAgain
  return { ...measured, targets, met }
}
