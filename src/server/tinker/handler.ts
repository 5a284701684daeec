/** Answers the Tinker protocol with models that share one base. */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Protocol from "../../protocol/tinker/Requests.ts"
import { type Handler, type Route, routes } from "../http/routes.ts"
import type { Base } from "./base.ts"
import { jsonReader } from "./body.ts"
import { checkpoints } from "./checkpoints.ts"
import { clientConfig, dynamicConfig } from "./config.ts"
import { futures } from "./futures.ts"
import { inputReader } from "./input.ts"
import { models } from "./models.ts"
import { once } from "./once.ts"
import { retrieving } from "./retrieving.ts"
import { sampling } from "./sample.ts"
import { samplers } from "./samplers.ts"
import { samplingRoutes } from "./samplingRoutes.ts"
import { rhythm, sessions } from "./sessions.ts"
import { trainingRoutes } from "./trainingRoutes.ts"
import { unnamed } from "./unnamed.ts"

/** Whether a server with that base can still compute, for those who would start it anew otherwise. */
const health = ({ broken }: Base): Response => {
  const message = broken()
  return message === undefined ? Response.json({ status: "ok" }) : Response.json({ status: "broken", message }, { status: 503 })
}

/** Paths that name what they are about, in place of a table. */
const finish = /^\/api\/v1\/sessions\/([^/]+)\/finish$/
const sampler = /^\/api\/v1\/samplers\/([^/]+)$/

/** A folder for as long as the scope is open. A file that is still being written when it ends may come in between. */
const temporaryFolder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "assay-tinker-"))),
  (made) => Effect.promise(() => rm(made, { recursive: true, force: true, maxRetries: 3 }))
)

/**
 * A handler of `/api/v1/...`, which computes until the scope ends. Checkpoints lie in `folder`.
 */
export const handlerOf = (base: Base, folder: string): Effect.Effect<Handler, never, Scope.Scope> =>
  Effect.gen(function*() {
    const open = sessions()
    const all = samplers(base)
    const saved = checkpoints(folder, yield* temporaryFolder)
    const parts = {
      base,
      sessions: open,
      futures: futures(),
      checkpoints: saved,
      models: models(base),
      samplers: all,
      unnamed: unnamed(saved, all, open),
      sampling: yield* sampling(base, all),
      readInput: inputReader(base)
    }
    yield* Effect.addFinalizer(() => Effect.sync(open.closeAll))
    yield* Effect.forkScoped(Effect.repeat(Effect.sync(open.sweep), Schedule.spaced(`${rhythm} seconds`)))

    const read = {
      heartbeat: jsonReader(Protocol.Heartbeat),
      session: jsonReader(Protocol.CreateSession)
    }
    const remember = once()
    const submits: { readonly [name: string]: Route } = {
      "POST /api/v1/create_session": async (request) => {
        await read.session(request)
        const id = open.open()
        open.whenGone(id, () => parts.futures.forgetOwner(id))
        return Response.json({ type: "create_session", session_id: id })
      },
      ...trainingRoutes(parts),
      ...samplingRoutes(parts)
    }
    const answer = routes({
      "GET /api/v1/healthz": () => health(base),
      "POST /api/v1/client/config": () => Response.json(clientConfig),
      "POST /api/v1/client/dynamic_config": () => Response.json(dynamicConfig),
      "GET /api/v1/get_server_capabilities": () =>
        Response.json({ supported_models: [{ model_name: base.name, max_context_length: base.context, trainable: true, sampleable: true }] }),
      "POST /api/v1/telemetry": () => Response.json({ status: "accepted" }),
      "POST /api/v1/session_heartbeat": async (request) => {
        open.hear((await read.heartbeat(request)).session_id)
        return Response.json({ type: "session_heartbeat" })
      },
      ...Object.fromEntries(Object.entries(submits).map(([name, route]) => [name, remember(route)])),
      ...retrieving(parts)
    })
    return (request) => {
      const { pathname } = new URL(request.url)
      const [, finished] = request.method === "POST" ? finish.exec(pathname) ?? [] : []
      if (finished !== undefined) {
        open.close(finished)
        return Response.json({})
      }
      const [, asked] = request.method === "GET" ? sampler.exec(pathname) ?? [] : []
      if (asked === undefined) return answer(request)
      const { id, weights } = all.find(asked)
      return Response.json({ sampler_id: id, base_model: base.name, model_path: weights?.path ?? null })
    }
  })
