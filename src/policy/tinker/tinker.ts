/** A policy that lies on a server that speaks the Tinker protocol: sampled and trained there. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { Revision } from "../../hub/repository.ts"
import * as Config from "../../pipeline/declare/Config.ts"
import type { PolicyNode } from "../../pipeline/declare/policyNode.ts"
import { define } from "../define.ts"
import { Sampler } from "../sampler.ts"
import { Trainer } from "../trainer.ts"
import { contentOf, supplyOf } from "./content.ts"

/** Adapters as the protocol has them. Defaults are its own, but for the seed, which is fixed. */
const Lora = Schema.Struct({
  rank: Config.withDefault(Config.Count, 32),
  seed: Config.withDefault(Config.Whole, 0),
  attention: Config.withDefault(Schema.Boolean, true),
  mlp: Config.withDefault(Schema.Boolean, true),
  unembedding: Config.withDefault(Schema.Boolean, true)
})

/** What a million tokens cost, and how many an average prompt has. */
const Prices = Schema.Struct({
  currency: Config.withDefault(Schema.NonEmptyString, "USD"),
  promptTokens: Config.NonNegative,
  prefill: Config.NonNegative,
  sample: Config.NonNegative,
  train: Config.NonNegative
})

const config = Schema.Struct({
  url: Schema.String.check(Schema.isPattern(/^https?:\/\/./)),
  model: Schema.NonEmptyString,
  folder: Schema.optionalKey(Schema.NonEmptyString),
  revision: Schema.optionalKey(Revision),
  lora: Config.withDefault(Lora, {}),
  concurrency: Config.withDefault(Config.Count, 64),
  timeoutSeconds: Config.withDefault(Config.Positive, 600),
  patienceSeconds: Config.withDefault(Config.Positive, 300),
  keyVariable: Schema.optionalKey(Schema.NonEmptyString),
  prices: Schema.optionalKey(Prices)
})

/** Which server, which model, and how it is asked. */
export type TinkerOptions = typeof config.Encoded

/** What is asked of whom, as the rest has it. */
const namedOf = (options: typeof config.Type) => {
  const { concurrency, folder, keyVariable, lora, model, patienceSeconds, revision, timeoutSeconds, url } = options
  return {
    server: { url, timeoutSeconds, patienceSeconds, ...(keyVariable !== undefined && { keyVariable }) },
    base: model,
    lora: { rank: lora.rank, seed: lora.seed, train_attn: lora.attention, train_mlp: lora.mlp, train_unembed: lora.unembedding },
    folder: folder ?? model,
    revision,
    concurrency
  }
}

const live = Effect.promise(() => import("./live.ts"))

const make = define({
  name: "tinker",
  module: import.meta.url,
  config,
  incidental: ["revision", "concurrency", "timeoutSeconds", "patienceSeconds", "keyVariable", "prices"],
  offers: [Sampler, Trainer],
  content: ({ folder, model, revision }) => contentOf(folder ?? model, revision),
  supply: ({ folder, model, revision }) => supplyOf(folder ?? model, revision),
  billing: ({ prices }) => ({ prices }),
  layer: (options) => Layer.effectContext(Effect.flatMap(live, ({ services }) => services(namedOf(options)))),
  probe: (options) => (wanted, patienceSeconds) => Effect.flatMap(live, ({ probeOf }) => probeOf(namedOf(options))(wanted, patienceSeconds))
})

/**
 * A model on a server that speaks the Tinker protocol, sampled and trained there: `assay serve tinker`, SkyRL on one's own GPUs, or a
 * hosted service: `Policy.tinker({ url: "http://127.0.0.1:8440", model: "assay:tiny-vl" })`.
 *
 * `model` is the base as the server calls it. `folder` has its tokenizer, chat template and image sizes: a folder here, a shipped one, or a
 * name on the Hugging Face hub (at `revision`); it is `model` unless given. What trains are adapters of the decoder: `lora` with `rank`
 * (32), `seed` (0), and whether `attention`, `mlp` and `unembedding` have them (they do).
 *
 * What the server can do is found out before anything runs, by some thirty small requests: its wire, whether it looks at pictures, and
 * what its losses add up to, which is then divided out. `concurrency` (64) questions are under way at a time. A request that finds the
 * server busy or gone is sent again for `patienceSeconds` (300); a result may take `timeoutSeconds` (600). `keyVariable` names the variable
 * of the environment that holds the key. `assay plan` says how many tokens may be
 * sampled and trained on; with `prices` of a million (`prefill`, `sample`, `train`, in `currency`) and the `promptTokens` of an average prompt,
 * images included, also what that costs.
 *
 * Checkpoints lie on the server; an artifact holds their name. Answers are the server's: they repeat where the server's seeds do. Fails
 * with `PolicyError`, saying what the server said and what to do. Throws `InvalidConfig`, naming the key.
 */
export const tinker = (options: TinkerOptions): PolicyNode<Sampler | Trainer> => make(options)
