/** Routes by which clients come for what was computed: one request's result, or which requests of a sampling session have ended. */
import { CancelFuture, RetrieveFuture, RetrieveFutures } from "../../protocol/tinker/Requests.ts"
import type { Route } from "../http/routes.ts"
import { jsonReader, wantsProtobuf } from "./body.ts"
import type { Parts } from "./parts.ts"
import type { SamplingSession } from "./samplers.ts"

/** Milliseconds that a client waits for a result before it is told to ask again; clients give up after 45 seconds. */
const patience = 15_000

/** Waits until a request of the session has ended, or no longer. */
const nextEnded = (session: SamplingSession, milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      session.waiting.delete(done)
      signal.removeEventListener("abort", done)
      resolve()
    }
    const timer = setTimeout(done, milliseconds)
    session.waiting.add(done)
    signal.addEventListener("abort", done)
  })

export const retrieving = ({ futures, samplers, sessions }: Pick<Parts, "futures" | "samplers" | "sessions">): { readonly [name: string]: Route } => {
  const readOne = jsonReader(RetrieveFuture)
  const readMany = jsonReader(RetrieveFutures)
  const readCancelled = jsonReader(CancelFuture)
  return {
    "POST /api/v1/retrieve_future": async (request) => {
      const { request_id } = await readOne(request)
      const settled = await futures.retrieve(request_id, patience)
      if (settled === undefined) return Response.json({ type: "try_again", request_id, queue_state: "active" })
      if ("error" in settled) return Response.json({ ...settled, type: "request_failed" })
      const { bytes, json } = settled.outcome
      if (bytes === undefined || !wantsProtobuf(request)) return Response.json(json())
      return new Response(bytes(), { headers: { "content-type": "application/x-protobuf" } })
    },
    "POST /api/v1/retrieve_futures": async (request) => {
      const { prev_cursor = 0, retrieved_request_ids = [], target, timeout } = await readMany(request)
      const session = samplers.find(target.sampling_session_id)
      sessions.hear(session.session)
      for (const id of retrieved_request_ids) futures.forget(id)
      const wait = timeout === undefined ? patience : Math.min(patience, Math.max(0, 1000 * timeout))
      // what a client has seen it does not ask for again
      const seen = Math.min(Math.max(0, prev_cursor - session.told), session.ended.length)
      session.ended.splice(0, seen)
      session.told += seen
      if (session.ended.length === 0 && wait > 0) await nextEnded(session, wait, request.signal)
      const completions = session.ended.map((request_id) => {
        const result = futures.resultOf(request_id)
        return { state: result === undefined || "error" in result ? "failed" : "finished", request_id }
      })
      return Response.json({ completions, cursor: session.told + session.ended.length })
    },
    "POST /api/v1/cancel_future": async (request) => {
      await readCancelled(request)
      return Response.json({})
    }
  }
}
