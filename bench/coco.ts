/** COCO evaluation of 5,000 images, 80 categories and 100 detections an image, from files. */
import * as Effect from "effect/Effect"
import { evaluateFiles } from "../src/evaluate/files.ts"
import * as CocoFiles from "./support/cocoFiles.ts"
import * as Measure from "./support/measure.ts"

export const coco: Measure.Part = (settings) =>
  Measure.inFolder(async (folder) => {
    const sizes = settings.smoke ? CocoFiles.tiny : CocoFiles.full
    const files = CocoFiles.write(folder, sizes)
    let stats: ReadonlyArray<number> = []
    const measured = await Measure.rounds(settings, "coco", () =>
      Measure.seconds(async () => {
        ;({ stats } = await Effect.runPromise(evaluateFiles(files)))
      }))
    return {
      ...sizes,
      detections: sizes.images * sizes.detectionsAnImage,
      seconds: Measure.summary(measured),
      // Rounded as pycocotools prints them; its own figures are compared in full by peers/coco.py.
      stats: stats.map((value) => Math.round(value * 1e6) / 1e6)
    }
  })
