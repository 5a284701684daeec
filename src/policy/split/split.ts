/** A policy in two places: one program samples, another trains, and the weights go from here to there. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Node from "../../pipeline/declare/Node.ts"
import type { PolicyNode } from "../../pipeline/declare/policyNode.ts"
import { Subject } from "../../pipeline/run/services.ts"
import { define } from "../define.ts"
import { Portable } from "../portable.ts"
import { Receiver } from "../receiver.ts"
import { Sampler } from "../sampler.ts"
import { Trainer } from "../trainer.ts"
import * as Courier from "./Courier.ts"
import * as Exchange from "./Exchange.ts"
import { samplesOf } from "./samples.ts"

const config = Schema.Struct({
  sync: Schema.Literals(["reload", "adapter"]),
  exchange: Schema.optionalKey(Schema.NonEmptyString),
  exchangeOnServer: Schema.optionalKey(Schema.NonEmptyString)
})

const parts = {
  sampler: Node.part<PolicyNode<Sampler | Receiver>>(),
  trainer: Node.part<PolicyNode<Sampler | Trainer | Portable>>()
}

const services = Effect.fnUntraced(function*(options: typeof config.Type, held: Node.Held<typeof parts>) {
  const sampling = yield* Layer.build(held.sampler.layer)
  const training = yield* Layer.build(held.trainer.layer)
  const portable = Context.get(training, Portable)
  const courier = yield* Courier.make({
    portable,
    receiver: Context.get(sampling, Receiver),
    what: options.sync === "reload" ? "model" : "adapter",
    ...yield* Exchange.open(options.exchange, options.exchangeOnServer)
  })
  const trainer = Context.get(training, Trainer)
  const subject = Context.get(training, Subject)
  const changed = <A, E>(effect: Effect.Effect<A, E>) => Effect.ensuring(effect, courier.changed)
  const local = Context.get(training, Sampler)
  return Context.make(Sampler, {
    ...(local.pixelLimits === undefined ? {} : { pixelLimits: local.pixelLimits }),
    inputSize: local.inputSize,
    render: local.render,
    sample: yield* samplesOf({ sampler: Context.get(sampling, Sampler), local, trainer, courier })
  }).pipe(
    Context.add(Trainer, { ...trainer, step: (how) => changed(trainer.step(how)) }),
    Context.add(Portable, { ...portable, read: (folder) => changed(portable.read(folder)) }),
    Context.add(Subject, { save: subject.save, load: (path) => changed(subject.load(path)) })
  )
})

const make = define({
  name: "split",
  module: import.meta.url,
  config,
  incidental: ["exchange", "exchangeOnServer"],
  parts,
  offers: [Sampler, Trainer, Portable],
  layer: (options, held) => Layer.effectContext(services(options, held)),
  probe: ({ sync }, { sampler }) => {
    const { probe } = sampler
    const joins = { stage: "split", node: sampler, wants: { receives: sync === "reload" ? "model" : "adapter", tokens: true } }
    return probe && ((wanted, ...how) => probe([...wanted, joins], ...how))
  }
})

/** Who samples, who trains, and how weights go from one to the other. */
export interface SplitOptions {
  readonly sampler: PolicyNode<Sampler | Receiver>
  readonly trainer: PolicyNode<Sampler | Trainer | Portable>
  readonly sync: "reload" | "adapter"
  readonly exchange?: string
  readonly exchangeOnServer?: string
}

/**
 * Samples on a server and trains elsewhere:
 *
 * ```ts
 * Policy.split({
 *   sampler: Policy.openai({ url: "http://127.0.0.1:8000/v1", model: "qwen", folder: "Qwen2.5-VL-3B-Instruct" }),
 *   trainer: Policy.local("Qwen2.5-VL-3B-Instruct"),
 *   sync: "reload"
 * })
 * ```
 * Before the first answer, and after every change, the trainer's weights are written into a folder and loaded by the server: whole
 * ("reload"), or the adapter that is trained ("adapter", with `lora`). That the answers are theirs is asked after each batch; answers of
 * others, as of a server that started anew, are dropped and asked for again. `exchange` is a folder that both see (a temporary one unless
 * given); `exchangeOnServer` is what the server calls it, where that is another name.
 *
 * Log-probabilities are the server's where it tells them with the ids of its tokens, else the trainer's. What they differ by is
 * recorded as `samplerGap`, and `importanceCap` corrects for it. Fails with `PolicyError`. Throws `InvalidConfig`, naming the key.
 */
export const split = ({ sampler, trainer, ...options }: SplitOptions): PolicyNode<Sampler | Trainer | Portable> => make(options, { sampler, trainer })
