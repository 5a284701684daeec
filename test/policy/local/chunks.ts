/** Questions as token ids with images among them, for the shipped model. */
import * as Effect from "effect/Effect"
import type { Chunk } from "../../../src/model/chunks.ts"
import { promptIds } from "../../../src/model/encode.ts"
import { loadText } from "../../../src/model/loadText.ts"
import type { Question } from "../../../src/model/message.ts"
import { load as loadConfig } from "../../../src/model/modelConfig.ts"
import { load as loadImage } from "../../../src/vision/Image.ts"
import { smartResize } from "../../../src/vision/smartResize.ts"
import { folder } from "./tiny.ts"

/** What the policy makes of a question, in chunks. */
export const chunksFor = ({ images, messages }: Question): Promise<ReadonlyArray<Chunk>> =>
  Effect.runPromise(Effect.gen(function*() {
    const { model: { imageToken }, preprocessor } = yield* loadConfig(folder)
    const text = yield* loadText(folder)
    const factor = preprocessor.patch * preprocessor.merge
    const sizes = yield* Effect.forEach(images, (image) =>
      Effect.flatMap(loadImage(image), (size) => Effect.fromResult(smartResize(size, { factor, ...preprocessor }))))
    const ids = yield* Effect.fromResult(promptIds(preprocessor, text, messages, sizes))
    const left = images.values()
    const chunks: Array<Chunk> = []
    let run: Array<number> = []
    ids.forEach((id, i) => {
      if (id !== imageToken) return void run.push(id)
      if (ids[i - 1] === imageToken) return
      chunks.push({ tokens: run }, { image: left.next().value! })
      run = []
    })
    return [...chunks, { tokens: run }]
  }))
