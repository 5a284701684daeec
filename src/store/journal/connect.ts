/** A connection that writes, until the scope closes; creates the file when it is not there. */
import * as Effect from "effect/Effect"
import * as path from "node:path"
import * as Database from "../Database.ts"
import * as Objects from "../Objects.ts"
import { realFile } from "../realFile.ts"
import * as Connection from "./Connection.ts"
import type { Options } from "./options.ts"
import { tidy } from "./tidy.ts"

export const connect = (options: Options) =>
  Effect.gen(function*() {
    const handle = yield* Database.openForWriting(options)
    const objects = Objects.make(options.objects, path.basename(realFile(options.file)), options.worker)
    const connection = yield* Database.attempt(options.file, () => Connection.make(handle, objects, options.worker))
    if (options.alone === true) yield* tidy(connection)
    return connection
  })
