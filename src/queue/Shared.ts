/** The shared folder: what finished stages and runs left, for all machines that see it. */
import * as fs from "node:fs"
import * as path from "node:path"
import { randomUUID } from "node:crypto"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { Journal } from "../pipeline/run/journal.ts"
import { Ledger, oneByOne } from "../pipeline/run/ledger.ts"
import { reasonOf } from "../pipeline/reason.ts"
import * as Store from "../store/index.ts"
import { QueueError } from "./queueError.ts"

export interface Shared {
  readonly folder: string
  /** By which every machine knows that it sees the same folder. */
  readonly id: string
  readonly between: Store.Between.Between
  /** Names of what a stage or a run left, by fingerprint. */
  readonly stage: (fingerprint: string) => string
  readonly run: (fingerprint: string) => string
}

const idFile = "shared-by-assay"

const nameOf = (kind: string) => (fingerprint: string): string => `${kind}/${fingerprint.slice(0, 2)}/${fingerprint.slice(2)}.pack.gz`

const at = (folder: string, id: string): Shared => ({
  folder,
  id,
  between: Store.Between.folder(folder),
  stage: nameOf("stages"),
  run: nameOf("runs")
})

/** The folder of a submitter, made where it is not there. */
export const make = (folder: string): Effect.Effect<Shared, QueueError> =>
  Effect.try({
    try: () => {
      const file = path.join(folder, idFile)
      fs.mkdirSync(folder, { recursive: true })
      try {
        fs.writeFileSync(file, randomUUID(), { flag: "wx" })
      } catch (cause) {
        if (!fs.existsSync(file)) throw cause
      }
      return at(folder, fs.readFileSync(file, "utf8"))
    },
    catch: (cause) => new QueueError({ reason: "refused", message: `The shared folder ${folder} cannot be made: ${reasonOf(cause)}. Name another by --shared.`, cause })
  })

/** The folder that a submitter shares, as this machine sees it. */
export const open = (folder: string, id: string): Effect.Effect<Shared, QueueError> =>
  Effect.suspend(() => {
    const file = path.join(folder, idFile)
    if (!fs.existsSync(file)) {
      return Effect.fail(new QueueError({
        reason: "refused",
        message: `The submitter shares the folder ${folder}, which is not there on this machine. Name by --shared where this machine has it.`
      }))
    }
    return fs.readFileSync(file, "utf8") === id ? Effect.succeed(at(folder, id)) : Effect.fail(new QueueError({
      reason: "refused",
      message: `The folder ${folder} of this machine is another than the one that the submitter shares. Name by --shared where this machine has that.`
    }))
  })

/** Puts what a run left where all have it. */
export const giveRun = Effect.fnUntraced(function*({ between, run }: Shared, fingerprint: string, id: number) {
  yield* (yield* Store.Transfer).give({ run: id }, run(fingerprint), between)
})

/** The same of a finished stage that is on this machine, where no other has given it. */
export const giveStage = Effect.fnUntraced(function*({ between, stage }: Shared, fingerprint: string) {
  if (yield* between.has(stage(fingerprint))) return
  const found = yield* (yield* Ledger).findStage(fingerprint)
  if (found !== undefined) yield* (yield* Store.Transfer).give({ stage: found.id }, stage(fingerprint), between)
})

/** The ledger of this machine, for which a stage is finished where another machine has finished it. */
export const ledger = ({ between, stage }: Shared, own: Ledger["Service"], transfer: Store.Transfer["Service"]): Ledger["Service"] => {
  const findStage: Ledger["Service"]["findStage"] = Effect.fnUntraced(function*(fingerprint) {
    const found = yield* own.findStage(fingerprint)
    if (found !== undefined || (yield* transfer.take(stage(fingerprint), between)) === undefined) return found
    return yield* own.findStage(fingerprint)
  })
  return { ...own, findStage, findStages: oneByOne(findStage) }
}

/** The journal of this machine, of which others get every stage that is finished. */
export const journal = ({ between, stage }: Shared, own: Journal["Service"], transfer: Store.Transfer["Service"]): Journal["Service"] => {
  const fingerprints = new Map<number, string>()
  return {
    ...own,
    openStage: (record) => Effect.tap(own.openStage(record), (id) => Effect.sync(() => fingerprints.set(id, record.fingerprint))),
    closeStage: (id, result) =>
      Effect.andThen(own.closeStage(id, result), Effect.suspend(() => transfer.give({ stage: id }, stage(fingerprints.get(id)!), between)))
  }
}

/** Services of a run, such that this machine has what all others have finished. */
export const sharing = <Services>(context: Context.Context<Services | Journal | Ledger | Store.Transfer>, shared: Shared) => {
  const transfer = Context.get(context, Store.Transfer)
  return context.pipe(
    Context.add(Ledger, ledger(shared, Context.get(context, Ledger), transfer)),
    Context.add(Journal, journal(shared, Context.get(context, Journal), transfer))
  )
}
