/** An instances file and a result file as large as COCO's validation set, for us and for the peers. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Rectangle } from "../../src/task/detection/coco/Coco.ts"
import * as Random from "../../src/pipeline/Random.ts"

export interface Sizes {
  readonly images: number
  readonly categories: number
  readonly detectionsAnImage: number
}

export const full: Sizes = { images: 5000, categories: 80, detectionsAnImage: 100 }
export const tiny: Sizes = { images: 100, categories: 8, detectionsAnImage: 20 }

/**
 * Seven objects an image; half of the detections lie near a true one, some with another's label. Ids start at 1, since
 * pycocotools takes an annotation with id 0 for none.
 */
export const write = (folder: string, { categories, detectionsAnImage, images }: Sizes) => {
  const next = Random.stream(Random.key(1))
  const integer = (below: number): number => Math.floor(next() * below)
  const annotations = Array.from({ length: images * 7 }, (_, i) => {
    const bbox: Rectangle = [integer(500), integer(400), 5 + integer(200), 5 + integer(200)]
    return {
      id: i + 1,
      image_id: 1 + integer(images),
      category_id: 1 + integer(categories),
      bbox,
      area: bbox[2] * bbox[3],
      iscrowd: integer(50) === 0 ? 1 : 0
    }
  })
  const byImage = Map.groupBy(annotations, (annotation) => annotation.image_id)
  const detections = Array.from({ length: images * detectionsAnImage }, (_, i) => {
    const image_id = 1 + Math.floor(i / detectionsAnImage)
    const here = byImage.get(image_id) ?? annotations
    const from = here[integer(here.length)]!
    const shift = () => integer(21) - 10
    const bbox: Rectangle = [from.bbox[0] + shift(), from.bbox[1] + shift(), from.bbox[2], from.bbox[3]]
    const near = i % 2 === 0
    return {
      image_id,
      category_id: near ? from.category_id : 1 + integer(categories),
      bbox: near ? bbox : [integer(500), integer(400), 5 + integer(200), 5 + integer(200)],
      // No two scores alike, so that no order among equals can make evaluators differ.
      score: (i * 7919 % (images * detectionsAnImage) + 0.5) / (images * detectionsAnImage)
    }
  })
  const truth = {
    images: Array.from({ length: images }, (_, i) => ({ id: i + 1, width: 700, height: 600, file_name: `${i + 1}.jpg` })),
    categories: Array.from({ length: categories }, (_, i) => ({ id: i + 1, name: `c${i + 1}` })),
    annotations
  }
  const files = { truth: join(folder, "truth.json"), detections: join(folder, "detections.json") }
  writeFileSync(files.truth, JSON.stringify(truth))
  writeFileSync(files.detections, JSON.stringify(detections))
  return files
}
