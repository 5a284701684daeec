/** Instances files of any size, written as a stream, and pictures for them. */
import { closeSync, linkSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs"
import { join } from "node:path"
import sharp from "sharp"
import * as Random from "../../src/pipeline/Random.ts"

export interface Sizes {
  readonly images: number
  readonly boxes: number
  readonly categories: number
  /** Corners of a box's polygon, two numbers each; none for no `segmentation`. */
  readonly corners: number
}

/** As many images and boxes as COCO's training set, and as many bytes. */
export const coco: Sizes = { images: 118_000, boxes: 800_000, categories: 80, corners: 11 }

/** As many as the training set of Objects365, which has no polygons, and numbers of many digits. */
export const objects365: Sizes = { images: 1_700_000, boxes: 25_000_000, categories: 365, corners: 0 }

export const tiny: Sizes = { images: 200, boxes: 1400, categories: 8, corners: 11 }

/** Of the pictures, in pixels; image `i` has the `i % 5`-th. */
const pictureSizes = [[640, 480], [640, 427], [480, 640], [500, 375], [640, 640]] as const

const pictureName = (image: number): string => `${String(image).padStart(12, "0")}.png`

/** Names that a file system lets one file have. */
const mostLinks = 30_000

/** Writes text in pieces of some size. */
const writer = (path: string) => {
  const file = openSync(path, "w")
  let held = ""
  const flush = (): void => {
    writeSync(file, held)
    held = ""
  }
  return {
    write: (text: string): void => {
      held += text
      if (held.length > 1 << 20) flush()
    },
    close: (): void => {
      flush()
      closeSync(file)
    }
  }
}

/**
 * Writes such a file, its lists in COCO's order, and its boxes in no order of images. Some labels are many in an image and
 * some boxes small, so that filters have work.
 */
export const write = (path: string, { boxes, categories, corners, images }: Sizes): void => {
  const next = Random.stream(Random.key(1))
  const below = (n: number): number => Math.floor(next() * n)
  const { close, write } = writer(path)
  const list = (name: string, count: number, row: (index: number) => string): void => {
    write(`"${name}": [`)
    for (let i = 0; i < count; i++) write(i === 0 ? row(i) : `, ${row(i)}`)
    write("]")
  }
  const rounded = (value: number): string => value.toFixed(corners === 0 ? 10 : 2)
  const annotation = (index: number): string => {
    const image = below(images)
    const [width, height] = pictureSizes[image % pictureSizes.length]!
    const [w, h] = [8 + next() * width * 0.4, 8 + next() * height * 0.4]
    const [x, y] = [next() * (width - w - 1), next() * (height - h - 1)]
    // a few labels are the most common ones, as people are in COCO
    const category = 1 + (below(3) === 0 ? below(3) : below(categories))
    const polygon = Array.from({ length: corners }, () => `${rounded(x + next() * w)}, ${rounded(y + next() * h)}`)
    const outline = corners === 0 ? "" : `"segmentation": [[${polygon.join(", ")}]], `
    return `{${outline}"area": ${(w * h * 0.7).toFixed(4)}, "iscrowd": ${below(100) === 0 ? 1 : 0}, "image_id": ${image}, ` +
      `"bbox": [${[x, y, w, h].map(rounded).join(", ")}], "category_id": ${category}, "id": ${index + 1}}`
  }
  write("{\"info\": {\"description\": \"made by bench/data.ts\"}, ")
  list("images", images, (i) => {
    const [width, height] = pictureSizes[i % pictureSizes.length]!
    return `{"license": 3, "file_name": "${pictureName(i)}", "height": ${height}, "width": ${width}, ` +
      `"date_captured": "2013-11-14 11:18:45", "id": ${i}}`
  })
  write(", ")
  list("annotations", boxes, annotation)
  write(", ")
  list("categories", categories, (i) => `{"supercategory": "thing", "id": ${i + 1}, "name": "label ${i + 1}"}`)
  write("}\n")
  close()
}

/** Makes the pictures of the first so many images: real ones of five sizes, each under as many names as there are images of it. */
export const writePictures = async (folder: string, images: number): Promise<void> => {
  mkdirSync(folder, { recursive: true })
  for (const [i, [width, height]] of pictureSizes.entries()) {
    const png = await sharp({ create: { width, height, channels: 3, background: "#808080" } }).png().toBuffer()
    let from = ""
    for (let image = i, links = 0; image < images; image += pictureSizes.length, links++) {
      const to = join(folder, pictureName(image))
      if (links % mostLinks > 0) linkSync(from, to)
      else writeFileSync(from = to, png)
    }
  }
}
