/** Where the commands of pages are run: folders with what a page takes for granted. */
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import sharp from "sharp"

/** The study of a new project, so small that it runs in seconds. */
export const small = (study: string): string =>
  study.replace("steps: 20", "steps: 1").replace("checkpointEvery: 10", "checkpointEvery: 1").replace("maxTokens: 160", "maxTokens: 32")
    .replaceAll(/batch: \d+/g, "batch: 2").replaceAll(/layout: "(\w+)" \}/g, "layout: \"$1\", count: 8 }")

/** An empty folder in which studies find what they import. */
const bare = (folder: string): void => symlinkSync(resolve("node_modules"), join(folder, "node_modules"), "junction")

/** Sets of one picture, in the layouts that the page about them names. */
const sets = async (folder: string): Promise<void> => {
  for (const name of ["annotations", "val2017", "Annotations", "JPEGImages"]) mkdirSync(join(folder, name))
  const picture = await sharp({ create: { width: 60, height: 40, channels: 3, background: "#808080" } }).jpeg().toBuffer()
  for (const name of ["val2017", "JPEGImages"]) writeFileSync(join(folder, name, "a.jpg"), picture)
  writeFileSync(join(folder, "annotations", "instances_val2017.json"), JSON.stringify({
    images: [{ id: 1, file_name: "a.jpg", width: 60, height: 40 }],
    annotations: [{ id: 1, image_id: 1, category_id: 1, bbox: [5, 5, 20, 20], area: 400, iscrowd: 0 }],
    categories: [{ id: 1, name: "cat" }]
  }))
  writeFileSync(
    join(folder, "Annotations", "a.xml"),
    "<annotation><filename>a.jpg</filename><size><width>60</width><height>40</height><depth>3</depth></size><object><name>cat</name>" +
      "<difficult>0</difficult><bndbox><xmin>6</xmin><ymin>6</ymin><xmax>25</xmax><ymax>25</ymax></bndbox></object></annotation>"
  )
  const row = { id: 1, image: "a.jpg", conversations: [{ from: "human", value: "<image>How many cats?" }, { from: "gpt", value: "1" }] }
  writeFileSync(join(folder, "train.jsonl"), `${JSON.stringify(row)}\n`)
}

/** By page, what its folder is made of. Pages of the same ground share one folder, in this order: what the first ran, the others read. */
export const grounds: { readonly [page: string]: (folder: string) => void | Promise<void> } = {
  "docs/start.md": bare,
  "docs/how-to/read-results.md": bare,
  "docs/how-to/export.md": bare,
  "docs/concepts/study.md": bare,
  "docs/concepts/seed.md": bare,
  "docs/concepts/fingerprint.md": bare,
  "docs/concepts/journal.md": bare,
  "docs/how-to/own-reward.md": (folder) => {
    cpSync("examples/own-reward", folder, { recursive: true })
    bare(folder)
  },
  "docs/data/README.md": sets
}
