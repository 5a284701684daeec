/** A policy on a Tinker server, brought to life. It comes with the packages of the wire, for which a study that only names a policy does not wait. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { exits } from "../../pipeline/Errors.ts"
import type { JournalError } from "../../pipeline/run/journal.ts"
import { Subject } from "../../pipeline/run/services.ts"
import type { Refused } from "../http/send.ts"
import { PolicyError } from "../policyError.ts"
import { Sampler } from "../sampler.ts"
import { Trainer } from "../trainer.ts"
import * as Folder from "./Folder.ts"
import { create } from "./model.ts"
import * as Place from "./Place.ts"
import { type Asked, checkRoom, probe, probed } from "./probe.ts"
import { sample } from "./samples.ts"
import { failed, hasty, unfit } from "./server.ts"
import * as Session from "./Session.ts"
import * as State from "./State.ts"
import { checkImages, trainerOf } from "./trains.ts"

/** Which server is asked for which model, and what is here of that. */
export interface Named extends Asked {
  readonly folder: string
  readonly revision: string | undefined
  /** Questions that are under way at a time. */
  readonly concurrency: number
}

/** Finds out whether the server is there, and what it can do. */
export const probeOf = ({ folder, revision, ...asked }: Named) => probe(asked, folder, Folder.open(folder, revision))

/** What the policy offers. */
export const services = Effect.fnUntraced(function*({ concurrency, folder, revision, ...asked }: Named) {
  const { server } = asked
  const reader = yield* Folder.open(folder, revision)
  const found = yield* probed(asked, folder, reader)
  const session = yield* Effect.mapError(Session.open(server), unfit(server, "open"))
  const creating = { ...asked, session }
  const place = Place.make(creating, found.base)
  const { text } = reader
  const unsampled = (error: JournalError | PolicyError | Refused): PolicyError =>
    error._tag === "PolicyError" ? error : error._tag === "Refused" ? failed(server, "sample")(error) : new PolicyError({
      operation: "sample",
      message: error.message,
      exitCode: exits.broke,
      cause: error
    })
  return Context.make(Sampler, {
    ...(reader.pixelLimits !== undefined && { pixelLimits: Effect.succeed(reader.pixelLimits) }),
    inputSize: reader.inputSize,
    render: reader.render,
    sample: (questions, how) =>
      Effect.gen(function*() {
        yield* checkImages(found, server.url, questions)
        yield* checkRoom(found, server.url, how)
        // one request for the weights, by whoever needs them first
        const source = yield* Effect.cached(place.source)
        // all are ready before the first is asked: servers answer together what comes together
        const ready = yield* Effect.forEach(questions, (question) => Effect.map(reader.prompt(question), (prompt) => ({ prompt, key: question.key })), { concurrency: 4 })
        return yield* Effect.forEach(ready, (question) => sample(source, place.lineage(), question, how, text), { concurrency })
      }).pipe(Effect.mapError(unsampled))
  }).pipe(
    Context.add(Trainer, trainerOf({
      server,
      found,
      reader,
      place,
      scratch: (use) => Effect.scoped(Effect.flatMap(Effect.acquireRelease(create({ ...creating, server: hasty(server) }), ({ unload }) => unload), use))
    })),
    Context.add(Subject, {
      save: (path, what) => Effect.flatMap(place.save(what), (state) => State.write(path, state)),
      load: (path) => path === "initial" ? place.load("initial") : Effect.flatMap(State.read(path), place.load)
    })
  )
})
