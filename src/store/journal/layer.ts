/** Journal, ledger and artifacts over runs.db. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Artifacts } from "../../pipeline/run/artifacts.ts"
import { Journal } from "../../pipeline/run/journal.ts"
import { Ledger } from "../../pipeline/run/ledger.ts"
import type { StoreError } from "../storeError.ts"
import { artifactMethods } from "./artifacts.ts"
import { connect } from "./connect.ts"
import type { Options } from "./options.ts"
import { runMethods } from "./runs.ts"
import { ledgerMethods, stageMethods } from "./stages.ts"

/** The three over one connection; creates the file and the object folder when they are not there. */
export const layer = (options: Options): Layer.Layer<Artifacts | Journal | Ledger, StoreError> =>
  Layer.effectContext(
    Effect.map(connect(options), (connection) =>
      Context.make(Journal, { ...runMethods(connection), ...stageMethods(connection) }).pipe(
        Context.add(Ledger, ledgerMethods(connection)),
        Context.add(Artifacts, artifactMethods(connection))
      ))
  )
