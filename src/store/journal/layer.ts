/** Journal, ledger and artifacts over runs.db. */
import { randomUUID } from "node:crypto"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Artifacts } from "../../pipeline/run/artifacts.ts"
import { Claims } from "../../pipeline/run/Claims.ts"
import { Journal, type JournalError } from "../../pipeline/run/journal.ts"
import { Ledger } from "../../pipeline/run/ledger.ts"
import { enter } from "../runLock.ts"
import type { StoreError } from "../storeError.ts"
import { artifactMethods } from "./artifacts.ts"
import { claimMethods } from "./claims.ts"
import type { Connection } from "./Connection.ts"
import { connect } from "./connect.ts"
import type { Options } from "./options.ts"
import { runMethods } from "./runs.ts"
import { ledgerMethods, stageMethods } from "./stages.ts"
import { Transfer, transferMethods } from "../move/transfer.ts"
import { beAmong } from "./workers.ts"

const services = (connection: Connection) =>
  Context.make(Journal, { ...runMethods(connection), ...stageMethods(connection) }).pipe(
    Context.add(Ledger, ledgerMethods(connection)),
    Context.add(Artifacts, artifactMethods(connection))
  )

/** The three over one connection; creates the file and the object folder when they are not there. */
export const layer = (options: Options): Layer.Layer<Artifacts | Journal | Ledger, StoreError> =>
  Layer.effectContext(Effect.map(connect(options), services))

/**
 * The same for a process that runs studies on the database, maybe beside others, the claims between them, and what
 * goes to other databases. Takes part in the lock
 * until the scope closes; alone, it puts in order what killed ones left behind. Fails with `StoreError` (reason "running") while
 * somebody has the database alone.
 */
export const workingLayer = (
  options: Pick<Options, "busyTimeout" | "file" | "objects">
): Layer.Layer<Artifacts | Claims | Journal | Ledger | Transfer, JournalError | StoreError> =>
  Layer.effectContext(Effect.gen(function*() {
    const { alone, share } = yield* enter(options.file)
    const worker = randomUUID()
    const connection = yield* connect({ ...options, alone, worker })
    yield* beAmong(connection, worker)
    yield* share
    return services(connection).pipe(
      Context.add(Claims, claimMethods(connection, worker)),
      Context.add(Transfer, transferMethods(connection))
    )
  }))
