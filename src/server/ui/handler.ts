/** The server of the page: its files, the API below `/api`, and the exchange of a token for a cookie. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import type { Workspace } from "../../workspace/index.ts"
import { cookieOf } from "../http/admit.ts"
import { errorOf, errorResponse, HttpError } from "../http/answers.ts"
import type { Handler } from "../http/routes.ts"
import type { Visitors } from "../http/visitors.ts"
import { ablationHandlers } from "./ablation/handlers.ts"
import { Api } from "./api.ts"
import { tagOf } from "./changed.ts"
import { curveHandlers } from "./curves/handlers.ts"
import { experimentHandlers } from "./experiments/handlers.ts"
import { ofAnswer, withHeaders } from "./headers.ts"
import { answerFile, type Page } from "./page.ts"
import { fitting } from "./problems.ts"
import { runHandlers } from "./runs/handlers.ts"
import { sampleHandlers } from "./samples/handlers.ts"
import { Shown } from "./shown.ts"
import { sqlHandlers } from "./sql/handlers.ts"

const handlers = Layer.mergeAll(experimentHandlers, ablationHandlers, curveHandlers, sampleHandlers, runHandlers, sqlHandlers)

const isApi = (path: string): boolean => path === "/api" || path.startsWith("/api/")

/** Exchanges the token, sent as Bearer, for a cookie; who has no token does not get past the server's door. */
const sessionPath = "/api/session"

/** Files of the page hold nothing of anybody's, so that a link to a view can be opened before the token is given. */
export const visitors: Visitors = { isOpen: (path) => !isApi(path), cookie: "assay_ui" }

/** What a request may send: it asks, and brings nothing. The longest SQL that the API takes fits, nine bytes in a path to a character. */
export const limits = { body: 1 << 20, head: 128 << 10 }

const session = (token: string | undefined): Response => {
  if (token === undefined) return new Response(null, { status: 204 })
  const { name, value } = cookieOf(visitors, token)
  return new Response(null, { status: 204, headers: { "set-cookie": `${name}=${value}; Path=/; HttpOnly; SameSite=Strict` } })
}

const notAllowed = (method: string): HttpError =>
  new HttpError({ status: 405, message: `nothing here takes ${method}: the page only reads`, headers: { allow: "GET, HEAD" } })

export interface Options {
  readonly workspace: Workspace
  readonly page: Page
  /** What the server was told to ask for, so that a browser can keep a cookie in its place. */
  readonly token?: string | undefined
}

/** Answers GET and HEAD, and POST of a token; while the database stays as it is, who has an answer already gets 304. */
export const uiHandler = ({ page, token, workspace }: Options): Effect.Effect<Handler, never, Scope.Scope> =>
  Effect.gen(function*() {
    const routes = HttpApiBuilder.layer(Api, { openapiPath: "/api" }).pipe(
      Layer.provide(handlers),
      Layer.provide(fitting),
      Layer.provide(Layer.succeed(Shown, workspace)),
      Layer.provide(HttpServer.layerServices)
    )
    const { handler } = yield* Effect.acquireRelease(
      Effect.sync(() => HttpRouter.toWebHandler(routes, { disableLogger: true })),
      ({ dispose }) => Effect.promise(dispose)
    )
    const asked = async (request: Request, path: string): Promise<Response> => {
      const etag = `W/"${tagOf(workspace.db)}"`
      const headers = { ...ofAnswer, etag, "cache-control": "no-cache" }
      if (request.headers.get("if-none-match") === etag) return new Response(null, { status: 304, headers })
      const response = await handler(request)
      if (response.status === 404 && response.headers.get("content-type") === null) {
        throw new HttpError({ status: 404, message: `there is nothing at ${path}; /api says what there is` })
      }
      // pictures have tags of their own, which outlast a change of the database
      return response.ok && !response.headers.has("etag") ? withHeaders(response, headers) : withHeaders(response, ofAnswer)
    }
    const answer = async (request: Request): Promise<Response> => {
      const path = new URL(request.url).pathname
      if (request.method === "POST" && path === sessionPath) return session(token)
      if (request.method !== "GET" && request.method !== "HEAD") throw notAllowed(request.method)
      return isApi(path) ? asked(request, path) : answerFile(page, request, path)
    }
    return (request) => answer(request).catch((cause) => withHeaders(errorResponse(errorOf(cause)), ofAnswer))
  })
