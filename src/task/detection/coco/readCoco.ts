/** COCO's files as evaluation takes them: truth and results. */
import type { Detection, Rectangle, Truth } from "./Coco.ts"
import { DataError } from "../../dataError.ts"

type Row = { readonly [field: string]: unknown }

/** Checks rows by hand, since a result file has millions of them; throws `DataError` naming file, row and field. */
const reader = (path: string) => {
  const fail = (message: string): never => {
    throw new DataError({ path, message: `${path}: ${message}` })
  }
  const rows = (value: unknown, where: string): ReadonlyArray<Row> =>
    Array.isArray(value) ? value : fail(`${where} must be a list`)
  const row = (value: unknown, where: string): Row =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? value as Row
      : fail(`${where} must be an object`)
  const number = (of: Row, field: string, where: string): number => {
    const value = of[field]
    return typeof value === "number" && Number.isFinite(value)
      ? value
      : fail(`${where}.${field} must be a finite number, not ${show(value)}`)
  }
  const rectangle = (of: Row, where: string): Rectangle => {
    const box = of["bbox"]
    return Array.isArray(box) && box.length === 4 && box.every(Number.isFinite)
      ? box as unknown as Rectangle
      : fail(`${where}.bbox must be [x, y, width, height], not ${show(box)}`)
  }
  return { fail, rows, row, number, rectangle }
}

const show = (value: unknown): string =>
  typeof value === "object" && value !== null ? Array.isArray(value) ? "a list" : "an object" : String(value)

/** A COCO instances file. An annotation without `area` gets its box's, one without `iscrowd` is no crowd. */
export const truthOf = (path: string, value: unknown): Truth => {
  const { fail, number, rectangle, row, rows } = reader(path)
  const file = row(value, "the file")
  return {
    images: rows(file["images"], "images").map((item, i) => ({
      id: number(row(item, `images[${i}]`), "id", `images[${i}]`)
    })),
    categories: rows(file["categories"], "categories").map((item, i) => {
      const where = `categories[${i}]`
      const name = row(item, where)["name"]
      return {
        id: number(item, "id", where),
        name: typeof name === "string" ? name : fail(`${where}.name must be a string, not ${show(name)}`)
      }
    }),
    annotations: rows(file["annotations"], "annotations").map((item, i) => {
      const where = `annotations[${i}]`
      const annotation = row(item, where)
      const bbox = rectangle(annotation, where)
      return {
        image_id: number(annotation, "image_id", where),
        category_id: number(annotation, "category_id", where),
        bbox,
        area: annotation["area"] === undefined ? bbox[2] * bbox[3] : number(annotation, "area", where),
        iscrowd: annotation["iscrowd"] === undefined ? 0 : number(annotation, "iscrowd", where)
      }
    })
  }
}

/** A COCO result file: a list of boxes with scores, each about an image that the truth lists. */
export const detectionsOf = (path: string, value: unknown, truth: Truth): ReadonlyArray<Detection> => {
  const { fail, number, rectangle, row, rows } = reader(path)
  const images = new Set(truth.images.map(({ id }) => id))
  return rows(value, "the file").map((item, i) => {
    const where = `[${i}]`
    const detection = row(item, where)
    const image_id = number(detection, "image_id", where)
    if (!images.has(image_id)) fail(`${where}.image_id ${image_id} is no image of the truth; are these its results?`)
    return {
      image_id,
      category_id: number(detection, "category_id", where),
      bbox: rectangle(detection, where),
      score: number(detection, "score", where)
    }
  })
}
