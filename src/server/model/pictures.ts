/** Pictures in requests: data URIs of four formats, of a size that is read without harm, and nothing that names a place. */
import * as Effect from "effect/Effect"
import type { Size } from "../../vision/Box.ts"
import { load } from "../../vision/Image.ts"
import { loadSharp } from "../../vision/sharp.ts"
import type { HttpError } from "../http/answers.ts"
import { invalid } from "./invalid.ts"

/** Pixels of a picture, 4096 x 4096: one with more is refused before it is unpacked, for a batch may hold 64 of them at once. */
const largest = 4096 * 4096

const uri = /^data:image\/[a-z0-9.+-]+;base64,/i

/** The first bytes of PNG, JPEG, GIF and WebP. The library reads more, of which some, as SVG, may name other files. */
const isPicture = (bytes: Buffer): boolean =>
  bytes.subarray(0, 4).equals(Buffer.of(0x89, 0x50, 0x4e, 0x47)) ||
  bytes.subarray(0, 3).equals(Buffer.of(0xff, 0xd8, 0xff)) ||
  bytes.toString("latin1", 0, 4) === "GIF8" ||
  (bytes.toString("latin1", 0, 4) === "RIFF" && bytes.toString("latin1", 8, 12) === "WEBP")

const refused = (param: string, problem: string): HttpError => invalid(`${param}: ${problem}`, param, "invalid_image")

/** The size of a picture that the model can be shown. Fails, naming the field, where it is no such picture. */
export const sizeOf = ({ param, url }: { readonly url: string; readonly param: string }): Effect.Effect<Size, HttpError> =>
  Effect.gen(function*() {
    const head = uri.exec(url)?.[0]
    if (head === undefined) {
      return yield* refused(param, "must be a data URI, data:image/png;base64,...; addresses and files are not read.")
    }
    const bytes = Buffer.from(url.slice(head.length), "base64")
    if (!isPicture(bytes)) return yield* refused(param, "is no PNG, JPEG, WebP or GIF.")
    const { height, width } = yield* Effect.tryPromise({
      try: async () => (await loadSharp())(bytes).metadata(),
      catch: () => refused(param, "is no picture that can be read.")
    })
    if (width * height > largest) {
      return yield* refused(param, `has ${width} x ${height} pixels; at most 4096 x 4096 are read. Send it smaller.`)
    }
    // to the last byte: what is cut short must not reach the batch that it would share with others
    yield* Effect.mapError(load(url), () => refused(param, "is cut short or damaged."))
    return { width, height }
  })
