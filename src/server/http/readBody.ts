/** Bodies of requests: whole, and not too large. */
import type { IncomingMessage } from "node:http"
import { HttpError } from "./answers.ts"

const tooLarge = (most: number): HttpError =>
  new HttpError({ status: 413, message: `the request is larger than ${most} bytes; ask in smaller batches` })

/** The body once all of it is there. Fails with `HttpError` where it is larger than `most` bytes, or never came to its end. */
export const readBody = (incoming: IncomingMessage, most: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    if (Number(incoming.headers["content-length"] ?? 0) > most) return reject(tooLarge(most))
    const pieces: Array<Buffer> = []
    let size = 0
    incoming.on("data", (piece: Buffer) => {
      size += piece.length
      if (size > most) return reject(tooLarge(most))
      pieces.push(piece)
    })
    incoming.on("end", () => resolve(Buffer.concat(pieces)))
    const broken = () => reject(new HttpError({ status: 400, message: "the request broke off" }))
    incoming.on("error", broken)
    incoming.on("close", broken)
  })
