/** Routes that sample. */
import { CreateSamplingSession, Sample } from "../../protocol/tinker/Requests.ts"
import { encodeSampled, type Sampled, sampledToJson } from "../../protocol/tinker/sampling.ts"
import { HttpError } from "../http/answers.ts"
import type { Route } from "../http/routes.ts"
import { invalid } from "../model/invalid.ts"
import { jsonReader } from "./body.ts"
import { placeOf } from "./checkpoints.ts"
import type { Parts } from "./parts.ts"
import { readSample } from "./sample.ts"
import type { Weights } from "./samplers.ts"

/** Throws `HttpError` where a client wants another base than there is. */
export const checkBase = (name: string | undefined, base: Parts["base"]): void => {
  if (name === undefined || name === base.name) return
  throw new HttpError({ status: 404, message: `there is no model "${name}" here, only "${base.name}"`, param: "base_model", code: "model_not_found" })
}

/** Numbers in an answer. */
const sizeOf = ({ promptLogprobs = [], sequences }: Sampled): number =>
  sequences.reduce((sum, { logprobs, tokens }) => sum + tokens.length + logprobs.length, promptLogprobs.length)

export const samplingRoutes = (parts: Parts): { readonly [name: string]: Route } => {
  const { base, checkpoints, futures, readInput, samplers, sampling, sessions } = parts
  const readSession = jsonReader(CreateSamplingSession)
  const readRequest = jsonReader(Sample)
  const weightsOf = async (path: string | undefined, baseName: string | undefined): Promise<Weights> => {
    checkBase(baseName, base)
    if (path === undefined && baseName === undefined) throw invalid("base_model or model_path must say what to sample from.", "base_model")
    return path === undefined ? null : checkpoints.find(placeOf(path))
  }
  return {
    "POST /api/v1/create_sampling_session": async (request) => {
      const { base_model, model_path, sampling_session_seq_id, session_id } = await readSession(request)
      sessions.hear(session_id)
      const { id } = samplers.open(session_id, sampling_session_seq_id, await weightsOf(model_path, base_model))
      sessions.whenGone(session_id, () => samplers.close(id))
      return Response.json({ type: "create_sampling_session", sampling_session_id: id })
    },
    "POST /api/v1/asample": async (request) => {
      const asked = await readRequest(request)
      if (asked.sampling_session_id === undefined) {
        throw invalid("sampling_session_id: sampling goes by a session; create_sampling_session makes one.", "sampling_session_id")
      }
      const session = samplers.find(asked.sampling_session_id)
      sessions.hear(session.session)
      const { answer } = await sampling.ask(() => readSample(asked, session.weights, base, readInput))
      answer.catch(() => {})
      sessions.hear(session.session) // it may have ended while the request was read
      const id = futures.begin(session.session, async () => {
        const sampled = await answer
        return { json: () => sampledToJson(sampled), bytes: () => encodeSampled(sampled), size: sizeOf(sampled) }
      })
      void futures.whenSettled(id).then(() => {
        session.ended.push(id)
        for (const wake of session.waiting) wake()
      })
      return Response.json({ request_id: id, sample_sequence_ids: Array.from({ length: asked.num_samples ?? 1 }, (_, i) => `${id}:${i}`) })
    }
  }
}
