/** Routes that make models, train them, and save and load their weights. */
import * as Effect from "effect/Effect"
import * as Protocol from "../../protocol/tinker/Requests.ts"
import { decodeForwardBackward, encodeScored, type ForwardBackward, fromJson, scoredToJson } from "../../protocol/tinker/training.ts"
import { reasonOf } from "../../pipeline/reason.ts"
import type { Route } from "../http/routes.ts"
import { invalid } from "../model/invalid.ts"
import { isProtobuf, jsonReader, unpacked } from "./body.ts"
import { checkName, type Place, placeOf, uriOf } from "./checkpoints.ts"
import type { Outcome } from "./futures.ts"
import { loraConfigOf, loraOf, type Model } from "./models.ts"
import type { Parts } from "./parts.ts"
import { checkBase } from "./samplingRoutes.ts"
import { forwardBackward, prepare } from "./train.ts"

const checkOptimizer = (config: { readonly type: string } | undefined): void => {
  if (config === undefined || config.type === "adamw") return
  throw invalid(`optimizer_config.type: there is no optimizer "${config.type}" here; there is adamw.`, "optimizer_config.type")
}

const json = (value: object): Outcome => ({ json: () => value })

export const trainingRoutes = (parts: Parts): { readonly [name: string]: Route } => {
  const { base, checkpoints, futures, models, readInput, sessions, unnamed } = parts
  const call = <A>(effect: Effect.Effect<A, unknown>): Promise<A> => Effect.runPromise(effect)
  const read = {
    create: jsonReader(Protocol.CreateModel),
    model: jsonReader(Protocol.OfModel),
    step: jsonReader(Protocol.OptimStep),
    save: jsonReader(Protocol.SaveWeights),
    saveForSampler: jsonReader(Protocol.SaveWeightsForSampler),
    load: jsonReader(Protocol.LoadWeights),
    info: jsonReader(Protocol.WeightsInfo),
    forward: jsonReader(Protocol.JsonForward)
  }
  const modelOf = (id: string): Model => {
    const model = models.find(id)
    sessions.hear(model.session)
    return model
  }
  /** Has a model do something, and says by which request its result is asked for. */
  const begin = (model: Model, work: () => Promise<Outcome>): Response => {
    sessions.hear(model.session) // it may have ended while the request was read
    return Response.json({ request_id: futures.begin(model.session, () => model.next(work)), model_id: model.id })
  }

  const create = (session: string, sequence: number, lora: Model["lora"], seed: number | undefined) => {
    sessions.hear(session)
    const created = models.create(session, sequence, lora, seed)
    sessions.whenGone(session, () => models.drop(created.model.id))
    return created
  }

  /** Writes a checkpoint of a model as it is by now. */
  const save = async (model: Model, place: Place, overwrite: boolean): Promise<string> => {
    const { commit, file } = await checkpoints.reserve(place, overwrite)
    await call(base.trains("save", model.id, file, place.kind === "weights" ? "training" : "weights"))
    await commit({ base: base.name, lora: model.lora })
    return uriOf(place)
  }

  const readForward = async (request: Request, forwardOnly: boolean): Promise<ForwardBackward> => {
    if (!isProtobuf(request)) {
      const found = fromJson(await read.forward(request), forwardOnly)
      if (found === undefined) throw invalid("forward_backward_input is missing.", "forward_backward_input")
      return found
    }
    const bytes = await unpacked(request)
    try {
      return decodeForwardBackward(bytes)
    } catch (cause) {
      throw invalid(`the body does not fit: ${reasonOf(cause)}.`)
    }
  }
  const forward = (forwardOnly: boolean): Route => async (request) => {
    const asked = await readForward(request, forwardOnly)
    const model = modelOf(asked.modelId)
    const prepared = await prepare(asked, base.vocabulary, readInput)
    return begin(model, async () => {
      const scored = await forwardBackward(base.trains, model.id, prepared)
      const size = scored.logprobs.reduce((sum, { length }) => sum + length, 0)
      return { json: () => scoredToJson(scored), bytes: () => encodeScored(scored), size }
    })
  }

  return {
    "POST /api/v1/create_model": async (request) => {
      const { base_model, lora_config, model_seq_id, optimizer_config, session_id } = await read.create(request)
      checkBase(base_model, base)
      checkOptimizer(optimizer_config)
      if (lora_config === undefined) throw invalid("lora_config: models train as adapters here; say a rank.", "lora_config")
      const { made, model } = create(session_id, model_seq_id, loraOf(lora_config), lora_config.seed)
      const done = () => made.then(() => json({ type: "create_model", model_id: model.id }))
      return Response.json({ request_id: futures.begin(session_id, done), model_id: model.id })
    },
    "POST /api/v1/get_info": async (request) => {
      const { id, lora } = modelOf((await read.model(request)).model_id)
      const model_data = { arch: "qwen2_5_vl", model_name: base.name, tokenizer_id: base.name }
      return Response.json({ type: "get_info", model_id: id, model_data, model_name: base.name, ...loraConfigOf(lora) })
    },
    "POST /api/v1/unload_model": async (request) => {
      const model = modelOf((await read.model(request)).model_id)
      const begun = begin(model, async () => {
        unnamed.drop(model)
        return json({ type: "unload_model", model_id: model.id })
      })
      models.drop(model.id)
      return begun
    },
    "POST /api/v1/forward": forward(true),
    "POST /api/v1/forward_backward": forward(false),
    "POST /api/v1/optim_step": async (request) => {
      const { adam_params, model_id } = await read.step(request)
      const { beta1 = 0.9, beta2 = 0.95, eps = 1e-12, grad_clip_norm = 0, learning_rate = 1e-4, weight_decay = 0 } = adam_params
      const how = {
        learningRate: learning_rate,
        beta1,
        beta2,
        epsilon: eps,
        weightDecay: weight_decay,
        maxGradientNorm: grad_clip_norm > 0 ? grad_clip_norm : Infinity
      }
      const model = modelOf(model_id)
      return begin(model, async () => {
        const { gradientNorm } = await call(base.trains("step", model.id, how))
        if (!Number.isFinite(gradientNorm)) throw new Error("the gradient is not finite, and with it the weights; load a checkpoint, or make a new model")
        return json({ metrics: { grad_norm: gradientNorm } })
      })
    },
    "POST /api/v1/save_weights": async (request) => {
      const { model_id, overwrite = false, path } = await read.save(request)
      const model = modelOf(model_id)
      const name = checkName(path ?? `state-${Date.now()}`)
      return begin(model, async () => json({ type: "save_weights", path: await save(model, { model: model.id, kind: "weights", name }, overwrite) }))
    },
    "POST /api/v1/save_weights_for_sampler": async (request) => {
      const { kind = "snapshot", model_id, path, sampling_session_seq_id } = await read.saveForSampler(request)
      if (kind !== "snapshot") throw invalid(`kind: weights are saved as a snapshot here, not "${kind}".`, "kind")
      const model = modelOf(model_id)
      if (path !== undefined) {
        const name = checkName(path)
        const place = { model: model.id, kind: "sampler_weights", name } as const
        return begin(model, async () => json({ type: "save_weights_for_sampler", path: await save(model, place, false) }))
      }
      if (sampling_session_seq_id === undefined) throw invalid("path, or sampling_session_seq_id for a session that samples from it, is missing.", "path")
      return begin(model, async () => {
        const sampling_session_id = await unnamed.open(model, sampling_session_seq_id, (place) => save(model, place, false))
        return json({ type: "save_weights_for_sampler", path: null, sampling_session_id })
      })
    },
    "POST /api/v1/load_weights": async (request) => {
      const { base_model, model_id, model_seq_id, optimizer = false, optimizer_config, path, session_id } = await read.load(request)
      checkBase(base_model, base)
      checkOptimizer(optimizer_config)
      const found = await checkpoints.find(placeOf(path))
      if (found.base !== base.name) throw invalid(`path: it is of the model ${found.base}, and this one is ${base.name}.`, "path")
      if (model_id === undefined && (session_id === undefined || model_seq_id === undefined)) {
        throw invalid("model_id, or session_id with model_seq_id for a new model, is missing.", "model_id")
      }
      const { made, model } = model_id === undefined ? create(session_id!, model_seq_id!, found.lora, 0) : { model: modelOf(model_id) }
      const shape = ({ alpha, head, rank, targets }: Model["lora"]) => JSON.stringify([rank, alpha, targets, head === true])
      if (shape(found.lora) !== shape(model.lora)) {
        throw invalid(`path: it is of rank ${found.lora.rank} and was made with another lora_config than the model; make a model from it instead.`, "path")
      }
      return begin(model, async () => {
        await made // where there is no model, this says why
        await call(base.trains("load", model.id, found.file, optimizer))
        return json({ type: "load_weights", path, model_id: model.id, base_model: base.name, ...loraConfigOf(model.lora) })
      })
    },
    "POST /api/v1/weights_info": async (request) => {
      const { base: of, lora } = await checkpoints.find(placeOf((await read.info(request)).tinker_path))
      return Response.json({ base_model: of, ...loraConfigOf(lora) })
    }
  }
}
