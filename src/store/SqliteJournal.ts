import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Journal } from "../pipeline/run/journal.ts"
import { artifactMethods } from "./artifacts.ts"
import * as Connection from "./Connection.ts"
import * as Database from "./Database.ts"
import * as Objects from "./Objects.ts"
import { runMethods } from "./runs.ts"
import { stageMethods } from "./stages.ts"
import type { StoreError } from "./StoreError.ts"

export interface Options extends Database.Options {
  /** Folder of the content-addressed files, usually `.assay/objects` beside the database. */
  readonly objects: string
}

/** The journal over runs.db; creates the file and the object folder when they are not there. */
export const layer = (options: Options): Layer.Layer<Journal, StoreError> =>
  Layer.effect(
    Journal,
    Effect.gen(function*() {
      const handle = yield* Database.open(options)
      const connection = Connection.make(handle, yield* Objects.make(options.objects))
      return { ...runMethods(connection), ...stageMethods(connection), ...artifactMethods(connection) }
    })
  )
