/** A model on a Tinker server that is trained: an adapter of a base model. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Protocol from "../../protocol/tinker/Answers.ts"
import type { AdamParams, LoraConfig } from "../../protocol/tinker/Requests.ts"
import { decodeScored, encodeForwardBackward, type ForwardBackward, type Scored, scoredFromJson, toJson } from "../../protocol/tinker/training.ts"
import type { Refused } from "../http/send.ts"
import { call, decoded, type Outcome, outcome, outcomeAs, protobuf, type Server } from "./server.ts"
import type { Session } from "./Session.ts"

/** In which form forward passes go: newer servers read protobuf, older ones JSON. */
export type Wire = "protobuf" | "json"

/** What a pass is about. */
export type Pass = Omit<ForwardBackward, "modelId">

/** A request that has begun; the model does what it is asked in the order of the asking. */
export type Begun<A> = Effect.Effect<Effect.Effect<A, Refused>, Refused>

export interface Model {
  readonly id: string
  readonly pass: (wire: Wire, pass: Pass) => Begun<Scored>
  readonly step: (how: AdamParams) => Begun<Protocol.Stepped>
  /** Saves weights and what the optimiser remembers; gives the name of the checkpoint. */
  readonly save: (name: string) => Effect.Effect<string, Refused>
  /** Takes a checkpoint, as the first thing that it is asked. */
  readonly load: (path: string, optimizer: boolean) => Effect.Effect<void, Refused>
  /** A sampling session of the weights as they are. */
  readonly sampler: Effect.Effect<string, Refused>
  readonly unload: Effect.Effect<void>
}

export interface Creating {
  readonly server: Server
  readonly session: Session
  /** What the server calls the base. */
  readonly base: string
  readonly lora: LoraConfig
}

const readScored = Schema.decodeUnknownSync(Protocol.ScoredJson)

const scoredOf = (found: Outcome): Scored => "bytes" in found ? decodeScored(found.bytes) : scoredFromJson(readScored(found.json))

/** A sampling session of the base, or of weights that were saved for one. */
export const samplingSession = (server: Server, session: Session, of: { readonly base_model: string } | { readonly model_path: string }) =>
  Effect.gen(function*() {
    const path = "create_sampling_session"
    const body = { session_id: session.id, sampling_session_seq_id: session.nextSampler(), ...of, type: path }
    const begun = yield* call(server, Protocol.SamplingSessionBegun, { path, body })
    const found = "sampling_session_id" in begun ? begun : yield* outcomeAs(server, Protocol.SamplingSession, path, begun.request_id)
    return found.sampling_session_id
  })

/** A fresh adapter, which changes nothing of its base yet. */
export const create = ({ base, lora, server, session }: Creating): Effect.Effect<Model, Refused> =>
  Effect.gen(function*() {
    const submit = (path: string, body: object, headers?: Readonly<Record<string, string>>) =>
      Effect.map(call(server, Protocol.Submitted, { path, body, ...(headers && { headers }) }), ({ request_id }) => request_id)
    const creating = yield* submit("create_model", {
      session_id: session.id,
      model_seq_id: session.nextModel(),
      base_model: base,
      lora_config: lora,
      type: "create_model"
    })
    const { model_id: id } = yield* outcomeAs(server, Protocol.Created, "create_model", creating)
    let last = 0
    const about = (more: object) => ({ model_id: id, seq_id: ++last, ...more })
    const now = <S extends Schema.ConstraintDecoder<unknown>>(path: string, schema: S, more: object): Effect.Effect<S["Type"], Refused> =>
      Effect.flatMap(Effect.suspend(() => submit(path, about({ ...more, type: path }))), (request) => outcomeAs(server, schema, path, request))

    const pass = (wire: Wire, asked: Pass): Begun<Scored> => {
      const path = wire === "json" && asked.forwardOnly ? "forward" : "forward_backward"
      const whole = { ...asked, modelId: id }
      const submitted = Effect.suspend(() =>
        wire === "json"
          ? submit(path, toJson(whole, ++last))
          : submit(path, encodeForwardBackward(whole, ++last), { "content-type": protobuf })
      )
      return Effect.map(submitted, (request) => Effect.flatMap(outcome(server, path, request), (found) => decoded(found, path, scoredOf)))
    }
    const made: Model = {
      id,
      pass,
      step: (adam_params) =>
        Effect.map(Effect.suspend(() => submit("optim_step", about({ adam_params, type: "optim_step" }))), (request) =>
          outcomeAs(server, Protocol.Stepped, "optim_step", request)),
      save: (path) => Effect.map(now("save_weights", Protocol.Saved, { path, overwrite: false }), (saved) => saved.path),
      load: (path, optimizer) => Effect.asVoid(now("load_weights", Schema.Unknown, { path, optimizer })),
      sampler: Effect.gen(function*() {
        const { path, sampling_session_id } = yield* now("save_weights_for_sampler", Protocol.SavedForSampler, { sampling_session_seq_id: session.nextSampler() })
        return sampling_session_id ?? (yield* samplingSession(server, session, { model_path: path ?? "" }))
      }),
      unload: Effect.ignore(call({ ...server, patienceSeconds: 0 }, Schema.Unknown, { path: "unload_model", body: { model_id: id, type: "unload_model" } }))
    }
    return made
  })
