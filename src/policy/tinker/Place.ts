/** Where the weights of a policy stand on a server: the model that has them, and the checkpoint that they came from. */
import { randomUUID } from "node:crypto"
import * as Effect from "effect/Effect"
import { exits } from "../../pipeline/Errors.ts"
import { PolicyError } from "../policyError.ts"
import * as Lineage from "./Lineage.ts"
import { create, type Creating, type Model, samplingSession } from "./model.ts"
import type { Source } from "./samples.ts"
import { failed } from "./server.ts"
import type { State } from "./State.ts"

/** Weights that have a name; null is the base. */
type Checkpoint = string | null

export interface Place {
  /** The model that trains. Before anything was trained or loaded, it is made now. */
  readonly model: Effect.Effect<Model, PolicyError>
  /** The weights that a KL term looks back to. */
  readonly reference: Effect.Effect<Model, PolicyError>
  readonly syncReference: Effect.Effect<void, PolicyError>
  /** Where the weights of now are sampled from. */
  readonly source: Effect.Effect<Source, PolicyError>
  readonly lineage: () => string
  /** Notes something that was done to the model; with `weights`, to its weights too. */
  readonly did: (what: "weights" | "gradient", ...done: ReadonlyArray<unknown>) => void
  readonly save: (kind: State["kind"]) => Effect.Effect<State, PolicyError>
  readonly load: (state: State | "initial") => Effect.Effect<void, PolicyError>
}

const counter = () => {
  let next = 0
  return () => next++
}

/** `direct` says whether the base can be sampled by its name. */
export const make = (creating: Creating, direct: boolean): Place => {
  const { base, server, session } = creating
  /** What the weights were before they changed, if they did. */
  let begun: Checkpoint = null
  /** What they are; undefined where no checkpoint has them. */
  let saved: Checkpoint | undefined = null
  let lookedBack: Checkpoint = null
  let lineage = Lineage.initial
  let model: Model | undefined
  let reference: Model | undefined
  let source: Source | undefined
  let ofBase: Source | undefined

  const explained = (operation: string) => <A>(effect: Effect.Effect<A, Parameters<ReturnType<typeof failed>>[0]>) => Effect.mapError(effect, failed(server, operation))

  /** A model of a checkpoint: a fresh one that takes it, for some servers load nothing into a model that did something already. */
  const bring = (checkpoint: Checkpoint, optimizer: boolean): Effect.Effect<Model, PolicyError> =>
    Effect.gen(function*() {
      const made = yield* explained("create")(create(creating))
      if (checkpoint === null) return made
      yield* made.load(checkpoint, optimizer).pipe(
        Effect.tapError(() => made.unload),
        Effect.mapError((refused) =>
          refused.status !== undefined && refused.status >= 400 && refused.status < 500 && ![401, 403, 408, 429].includes(refused.status)
            ? new PolicyError({
              operation: "load",
              message: `${server.url} does not give the checkpoint ${checkpoint} (it ${refused.message.replace(/\.$/, "")}). Bring it back there, such as by starting ` +
                "the server with the folder of checkpoints that it had; or have the stage that left it run again (--force).",
              exitCode: exits.broke,
              cause: refused
            })
            : failed(server, "load")(refused))
      )
      return made
    })
  const drop = Effect.suspend(() => {
    const gone = [model, reference].flatMap((one) => one ?? [])
    model = reference = source = undefined
    return Effect.forEach(gone, ({ unload }) => unload, { discard: true })
  })
  const trained = Effect.suspend(() => model !== undefined ? Effect.succeed(model) : Effect.map(bring(begun, false), (made) => (model = made)))

  /** The checkpoint of the weights of now, written where there is none. */
  const named = Effect.gen(function*() {
    if (saved === undefined || saved === null) saved = yield* explained("save")((yield* trained).save(`assay-${randomUUID()}`))
    return saved
  })

  return {
    model: trained,
    reference: Effect.suspend(() => reference !== undefined ? Effect.succeed(reference) : Effect.map(bring(lookedBack, false), (made) => (reference = made))),
    syncReference: Effect.gen(function*() {
      lookedBack = saved === null ? null : yield* named
      const old = reference
      reference = undefined
      if (old !== undefined) yield* old.unload
    }),
    source: Effect.gen(function*() {
      if (source !== undefined) return source
      const untouched = model === undefined && begun === null
      if (untouched && direct) {
        return (source = ofBase ??= { server, session: yield* explained("sample")(samplingSession(server, session, { base_model: base })), next: counter() })
      }
      return (source = { server, session: yield* explained("sample")((yield* trained).sampler), next: counter() })
    }),
    lineage: () => lineage,
    did: (what, ...done) => {
      lineage = Lineage.after(lineage, what, ...done)
      if (what === "gradient") return
      saved = source = undefined
    },
    save: (kind) =>
      Effect.map(named, (checkpoint): State => ({ kind, url: server.url, model: base, checkpoint, lineage, reference: lookedBack })),
    load: (state) =>
      Effect.gen(function*() {
        yield* drop
        if (state === "initial") {
          begun = saved = lookedBack = null
          lineage = Lineage.initial
          return
        }
        if (state.url !== server.url || state.model !== base) {
          return yield* new PolicyError({
            operation: "load",
            message: `The checkpoint ${state.checkpoint} is one of ${state.model} on ${state.url}, and this policy is ${base} on ${server.url}.`,
            exitCode: exits.invalid
          })
        }
        const { checkpoint, kind } = state
        model = yield* bring(checkpoint, kind === "training")
        begun = saved = checkpoint
        lookedBack = kind === "training" ? state.reference : checkpoint
        lineage = kind === "training" ? state.lineage : Lineage.after(state.lineage, "loaded")
      })
  }
}
