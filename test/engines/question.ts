/** A question with a picture, for samplers that are to answer it several times. */
import { join } from "node:path"
import sharp from "sharp"
import { beforeAll } from "vitest"
import * as Random from "../../src/pipeline/Random.ts"

/** The question about a picture that is written into `folder` before the tests; `i` draws the answers. */
export const questionIn = (folder: string) => {
  const picture = join(folder, "picture.png")
  beforeAll(() => sharp({ create: { width: 100, height: 80, channels: 3, background: "#806020" } }).png().toFile(picture))
  return (i: number) => ({
    messages: [{ role: "user" as const, content: [{ type: "image" as const }, { type: "text" as const, text: "Detect the following objects: red circle." }] }],
    images: [picture],
    key: Random.fold(Random.key(3), i)
  })
}
