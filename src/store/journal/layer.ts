/** Journal, ledger and artifacts over runs.db. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as path from "node:path"
import { Artifacts } from "../../pipeline/run/artifacts.ts"
import { Journal } from "../../pipeline/run/journal.ts"
import { Ledger } from "../../pipeline/run/ledger.ts"
import * as Database from "../Database.ts"
import * as Objects from "../Objects.ts"
import { realFile } from "../realFile.ts"
import type { StoreError } from "../storeError.ts"
import { artifactMethods } from "./artifacts.ts"
import * as Connection from "./Connection.ts"
import { runMethods } from "./runs.ts"
import { ledgerMethods, stageMethods } from "./stages.ts"
import { tidy } from "./tidy.ts"

export interface Options extends Database.Options {
  /** Folder of the content-addressed files, usually `.assay/objects` beside the database. */
  readonly objects: string
  /** This process holds the lock of the database: what killed ones left behind is put in order first. */
  readonly alone?: boolean
}

/** A connection that writes, until the scope closes; creates the file when it is not there. */
export const connect = (options: Options) =>
  Effect.gen(function*() {
    const handle = yield* Database.openForWriting(options)
    const objects = Objects.make(options.objects, path.basename(realFile(options.file)))
    const connection = yield* Database.attempt(options.file, () => Connection.make(handle, objects))
    if (options.alone === true) yield* tidy(connection)
    return connection
  })

/** The three over one connection; creates the file and the object folder when they are not there. */
export const layer = (options: Options): Layer.Layer<Artifacts | Journal | Ledger, StoreError> =>
  Layer.effectContext(
    Effect.map(connect(options), (connection) =>
      Context.make(Journal, { ...runMethods(connection), ...stageMethods(connection) }).pipe(
        Context.add(Ledger, ledgerMethods(connection)),
        Context.add(Artifacts, artifactMethods(connection))
      ))
  )
