/** The place that all machines reach, a folder or a bucket: what finished stages and runs left. */
import * as path from "node:path"
import { randomUUID } from "node:crypto"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { Claims } from "../pipeline/run/Claims.ts"
import { Journal, JournalError } from "../pipeline/run/journal.ts"
import { Ledger, oneByOne } from "../pipeline/run/ledger.ts"
import * as Store from "../store/index.ts"
import { bucket, isBucket } from "./bucket.ts"
import { QueueError } from "./queueError.ts"
import { trainingStates } from "./trainingStates.ts"

export interface Shared {
  readonly address: string
  /** By which every machine knows that it sees the same place. */
  readonly id: string
  readonly between: Store.Between.Between
  /** Names of what a stage or a run left, by fingerprint. */
  readonly stage: (fingerprint: string) => string
  readonly run: (fingerprint: string) => string
  /** Of a stage as far as it came. */
  readonly unfinished: (fingerprint: string) => string
}

const idFile = "shared-by-assay"

const nameOf = (kind: string, ending: string) => (fingerprint: string): string => `${kind}/${fingerprint.slice(0, 2)}/${fingerprint.slice(2)}${ending}`

const at = (address: string, between: Store.Between.Between, id: string): Shared =>
  ({ address, id, between, stage: nameOf("stages", ".pack.gz"), run: nameOf("runs", ".pack.gz"), unfinished: nameOf("unfinished", ".pack") })

const betweenAt = (address: string): Effect.Effect<Store.Between.Between, QueueError> =>
  isBucket(address) ? bucket(address) : Effect.succeed(Store.Between.folder(address))

const refused = (message: string, cause?: unknown) => new QueueError({ reason: "refused", message, cause })

/** The place of a submitter, `s3://BUCKET/PREFIX` or a folder, which is made where it is not there. */
export const make = Effect.fnUntraced(function*(named: string) {
  const address = isBucket(named) ? named : path.resolve(named)
  const between = yield* betweenAt(address)
  const id = yield* Effect.mapError(between.first(idFile, randomUUID()), (error) =>
    refused(`What machines share cannot be put at ${address}: ${error.message} Name another place by --shared.`, error))
  return at(address, between, id)
})

/** The place that a submitter shares, as this machine sees it. */
export const open = Effect.fnUntraced(function*(address: string, id: string) {
  const between = yield* betweenAt(address)
  const found = yield* Effect.mapError(between.text(idFile), (error) => refused(`What the submitter shares at ${address} cannot be read: ${error.message}`, error))
  if (found === id) return at(address, between, id)
  return yield* refused(
    `${address} of this machine is ${found === undefined ? "not there" : "another than"} what the submitter shares. Name by --shared where this machine has that.`
  )
})

/** Puts what a run left where all have it. */
export const giveRun = Effect.fnUntraced(function*({ between, run }: Shared, fingerprint: string, id: number) {
  yield* (yield* Store.Transfer).give({ run: id }, run(fingerprint), between)
})

/** The same of a finished stage that is on this machine. Where another has given it, what is gone since of its files. */
export const giveStage = Effect.fnUntraced(function*({ between, stage }: Shared, fingerprint: string) {
  const found = yield* (yield* Ledger).findStage(fingerprint)
  if (found === undefined) return
  const transfer = yield* Store.Transfer
  const isThere = (yield* between.bytes(stage(fingerprint))) !== undefined
  yield* isThere ? transfer.lend(found.id, between) : transfer.give({ stage: found.id }, stage(fingerprint), between)
})

/** Fingerprints of stages that this process executes: what is brought in does not take their place. */
type Executing = ReadonlySet<string>

type MakeLedger = (shared: Shared, own: Ledger["Service"], transfer: Store.Transfer["Service"], executing: Executing) => Ledger["Service"]

/** The ledger of this machine, for which a stage is finished where another machine has finished it; what that left is brought here. */
export const ledger: MakeLedger = ({ between, stage }, own, transfer, executing) => {
  const findStage: Ledger["Service"]["findStage"] = Effect.fnUntraced(function*(fingerprint) {
    const found = yield* own.findStage(fingerprint)
    if (found !== undefined || executing.has(fingerprint) || (yield* transfer.take(stage(fingerprint), between)) === undefined) return found
    return yield* own.findStage(fingerprint)
  })
  // each may be a question over the network
  return { ...own, findStage, finished: oneByOne(findStage, 8) }
}

/**
 * The same for a worker, whose plans are of every variant of a seed while it runs but some of them: `finished` brings nothing, so that
 * what a stage left, such as weights, is brought when a run comes to it.
 */
export const workersLedger: MakeLedger = (shared, own, transfer, executing) => {
  const failing = Effect.mapError(({ message }: Store.StoreError) => new JournalError({ operation: "finished", message }))
  return {
    ...ledger(shared, own, transfer, executing),
    finished: Effect.fnUntraced(function*(fingerprints) {
      const here = yield* own.finished(fingerprints)
      const others = fingerprints.filter((fingerprint) => !here.has(fingerprint))
      const isThere = (fingerprint: string) => Effect.map(shared.between.bytes(shared.stage(fingerprint)), (bytes) => bytes !== undefined)
      const there = yield* failing(Effect.filter(others, isThere, { concurrency: 8 }))
      return new Set([...here, ...there])
    })
  }
}

const lost = new JournalError({ operation: "closeStage", message: "Another worker took this stage over, since this one had not been heard of for too long." })

/**
 * The journal of this machine, of which others get every stage that is finished. One that another machine was given meanwhile is not: what
 * that one left is what the others build on.
 */
const journal = (
  { between, stage, unfinished }: Shared,
  own: Journal["Service"],
  claims: Claims["Service"],
  transfer: Store.Transfer["Service"],
  executing: Set<string>
): Journal["Service"] => {
  const fingerprints = new Map<number, string>()
  const states = trainingStates(between, unfinished, transfer)
  return {
    ...own,
    openStage: Effect.fnUntraced(function*(record) {
      executing.add(record.fingerprint)
      yield* states.take(record.fingerprint)
      const id = yield* own.openStage(record)
      fingerprints.set(id, record.fingerprint)
      return id
    }),
    commitStep: (id, step) =>
      Effect.andThen(own.commitStep(id, step), step.checkpoint === undefined ? Effect.void : states.give(id, fingerprints.get(id)!)),
    closeStage: Effect.fnUntraced(function*(id, result) {
      const fingerprint = fingerprints.get(id)!
      if (!(yield* claims.holds(fingerprint))) return yield* lost
      yield* own.closeStage(id, result)
      yield* transfer.give({ stage: id }, stage(fingerprint), between)
      yield* states.drop(fingerprint)
    })
  }
}

/** A stage is executed under its claim, and until that ends, however it does. */
const claimsUntil = (own: Claims["Service"], executing: Set<string>): Claims["Service"] => ({
  ...own,
  claim: (name, work) => own.claim(name, Effect.ensuring(work, Effect.sync(() => executing.delete(name))))
})

/** Services of a run, such that this machine has what all others have finished, by one of the ledgers above. */
export const sharing = <Services>(context: Context.Context<Services | Claims | Journal | Ledger | Store.Transfer>, shared: Shared, ledgerOf: MakeLedger) => {
  const [transfer, claims] = [Context.get(context, Store.Transfer), Context.get(context, Claims)]
  const executing = new Set<string>()
  return context.pipe(
    Context.add(Claims, claimsUntil(claims, executing)),
    Context.add(Ledger, ledgerOf(shared, Context.get(context, Ledger), transfer, executing)),
    Context.add(Journal, journal(shared, Context.get(context, Journal), claims, transfer, executing))
  )
}
