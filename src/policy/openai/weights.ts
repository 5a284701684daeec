/** Weights for vLLM, loaded while it runs: plain HTTP, and a folder that it sees. */
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import { Models, WeightInfo } from "../../protocol/models.ts"
import { Refused } from "../http/send.ts"
import type { PolicyError } from "../policyError.ts"
import type { Delivery, Receiver } from "../receiver.ts"
import { leave, take } from "./adapters.ts"
import { call, callFor, failed, type Server } from "./post.ts"

/** Its settings without which it takes no weights, by what is delivered. */
const settings = {
  model: "Weights are loaded by vLLM alone, started with VLLM_SERVER_DEV_MODE=1.",
  adapter: "Adapters are loaded by vLLM alone, started with VLLM_ALLOW_RUNTIME_LORA_UPDATING=True, --enable-lora and a --max-lora-rank that fits."
} as const

/**
 * Fails where the server has no place to which weights could be brought, asked by what changes nothing. One that does not answer, or
 * otherwise, may have it.
 */
export const checkReceives = (server: Server, what: Delivery["what"]): Effect.Effect<void, PolicyError> => {
  const asked = what === "model"
    ? { path: "../weight_info" }
    : { path: "load_lora_adapter", body: { lora_name: "", lora_path: "" } } // refused, as it names none
  return call({ ...server, patienceSeconds: 0 }, asked).pipe(
    Effect.asVoid,
    Effect.catch((refused) =>
      refused.status === 404 || refused.status === 405
        ? Effect.fail(failed(server, "receive", new Refused({ ...refused, message: `takes no ${what === "model" ? "weights" : "adapters"}: it has no ${asked.path.replace("../", "/")}` }), settings[what]))
        : Effect.void)
  )
}

/** What it is said to have while it is loading. */
const between = "none, while others are loaded"

/** What a server was given: which model its requests name, and whether it has it still. */
export interface Given {
  readonly receiver: Receiver["Service"]
  /** Who is to answer. */
  readonly asked: Effect.Effect<Asked>
}

/** The model that requests name, and its weights. */
export interface Asked {
  /** The one that the study names, or the adapter that was delivered last. */
  readonly model: string
  /** The version that was delivered; "" for what the server began with. */
  readonly weights: string
  /** Whether it has them still. */
  readonly still: Effect.Effect<boolean, PolicyError>
}

/**
 * Whole models take the place of the one that was there, so that whoever else asks the server meets them, too. Adapters are loaded
 * under their version as name, and each goes when the next one has come, unless it is another's as well.
 */
export const receiving = (server: Server, named: string): Effect.Effect<Given> =>
  Effect.map(Ref.make<Delivery | undefined>(undefined), (last) => {
    const ask = (path: string, body: unknown) => call(server, { path, body })
    const explained = <A>({ folder, what }: Delivery, asked: Effect.Effect<A, Refused>): Effect.Effect<A, PolicyError> =>
      Effect.mapError(asked, (refused) =>
        failed(server, "receive", refused, refused.status === undefined ? undefined : `${settings[what]} It has to see ${folder}.`))

    const version = (new_version: string) => ask("../update_weight_version", { new_version })
    const resume = ask("../resume", {})
    const loadModel = ({ folder, version: name }: Delivery) =>
      Effect.gen(function*() {
        yield* ask("../pause?mode=wait", {})
        yield* version(between)
        yield* ask("../collective_rpc", { method: "reload_weights", kwargs: { weights_path: folder } })
        // what it remembers of pictures and prompts was computed with other weights
        for (const cache of ["mm", "encoder", "prefix"]) yield* ask(`../reset_${cache}_cache`, {})
        yield* version(name)
        // a pause that nobody saw the answer of may hold as well, and one that is not ended holds for ever
      }).pipe(Effect.onExit((exit) => exit._tag === "Success" ? resume : Effect.ignore(resume)))
    const holds = ({ version: name, what }: Delivery) =>
      what === "model"
        ? Effect.map(callFor(server, WeightInfo, { path: "../weight_info" }), ({ weight_version }) => weight_version === name)
        : Effect.map(callFor(server, Models, { path: "models" }), ({ data }) => data.some(({ id }) => id === name))
    /** Whether it had to be loaded: one that is there already is refused, as where the answer was lost, or another run began alike. */
    const loadAdapter = (delivery: Delivery) =>
      ask("load_lora_adapter", { lora_name: delivery.version, lora_path: delivery.folder }).pipe(
        Effect.as(true),
        Effect.catchIf(({ status }) => status === 400, (refused) =>
          Effect.flatMap(holds(delivery), (there) => there ? Effect.succeed(false) : Effect.fail(refused)))
      )
    /** From here on, requests are for these. */
    const turnTo = (delivery: Delivery, loaded: boolean) =>
      Effect.gen(function*() {
        const before = yield* Ref.getAndSet(last, delivery)
        if (delivery.what === "adapter") take(server.url, delivery.version, last, loaded)
        if (before?.what !== "adapter" || before.version === delivery.version) return
        if (leave(server.url, before.version, last)) yield* Effect.ignore(ask("unload_lora_adapter", { lora_name: before.version }))
      })
    const load = (delivery: Delivery) => delivery.what === "model" ? Effect.as(loadModel(delivery), true) : loadAdapter(delivery)
    return {
      receiver: {
        receive: (delivery) => Effect.flatMap(explained(delivery, load(delivery)), (loaded) => turnTo(delivery, loaded)),
        has: (delivery) => Effect.tap(explained(delivery, holds(delivery)), (there) => there ? turnTo(delivery, false) : Effect.void)
      },
      asked: Effect.map(Ref.get(last), (delivery) =>
        delivery === undefined ? { model: named, weights: "", still: Effect.succeed(true) } : {
          model: delivery.what === "adapter" ? delivery.version : named,
          weights: delivery.version,
          still: explained(delivery, holds(delivery))
        })
    }
  })
