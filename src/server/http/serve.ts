/** Serves a handler over HTTP for as long as a scope is open. */
import { getRequestListener } from "@hono/node-server"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import { exits } from "../../pipeline/Errors.ts"
import { reasonOf } from "../../pipeline/reason.ts"
import { admission, isLoopback } from "./admit.ts"
import { errorBody, errorOf, errorResponse, HttpError } from "./answers.ts"
import { readBody } from "./readBody.ts"
import type { Handler } from "./routes.ts"
import type { Visitors } from "./visitors.ts"

/** The server could not start: `message` says why and what to do. */
export class ServeError extends Data.TaggedError("ServeError")<{ readonly message: string }> {
  readonly exitCode = exits.usage
}

/** What one client may take from the others. Times are in seconds, sizes in bytes. */
export const limits = {
  /** Until all headers of a request are there. */
  headers: 10,
  /** Until all of a request is there. */
  request: 60,
  /** A client that takes nothing of its answer for so long is gone. */
  stalled: 30,
  /** An idle connection is kept: longer than clients keep theirs, so that they are the ones who close it. */
  idle: 75,
  /** What is under way when the server is stopped has so long to end. */
  drain: 30,
  body: 32 << 20,
  /** The first line and all headers. */
  head: 16 << 10,
  connections: 512
} as const

export type Limits = { readonly [K in keyof typeof limits]: number }

export interface ServeOptions {
  readonly handler: Handler
  /** 0, the default, takes a free one. */
  readonly port?: number
  /** Loopback where nothing is said. */
  readonly host?: string
  /** What clients have to send, as `Authorization: Bearer`. Needed beyond loopback. */
  readonly token?: string | undefined
  /** Where the handler serves a page, which browsers open without a token. */
  readonly visitors?: Visitors
  readonly limits?: Partial<Limits>
}

export interface Served {
  /** Without a slash at its end: `http://127.0.0.1:8000`. */
  readonly url: string
}

/** A request whose body is there already: the listener takes it from this key. */
type Whole = IncomingMessage & { rawBody?: Buffer }

/** Says an error to a client that may be sending still: what it sends is thrown away for a second, so that it comes to read. */
const refuse = (incoming: IncomingMessage, outgoing: ServerResponse, error: HttpError): void => {
  if (outgoing.destroyed) return
  outgoing.writeHead(error.status, { ...error.headers, "content-type": "application/json" }).end(errorBody(error))
  incoming.resume()
  setTimeout(() => incoming.complete || incoming.destroy(), 1000).unref()
}

/** Says an error to a client whose request could not even be read. */
const refuseUnread = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (!socket.writable || error.code === "ECONNRESET") return void socket.destroy()
  const [status, words, message] = error.code === "ERR_HTTP_REQUEST_TIMEOUT"
    ? [408, "Request Timeout", "the request did not come to its end in time"] as const
    : error.code === "HPE_HEADER_OVERFLOW"
    ? [431, "Request Header Fields Too Large", "the headers are too large"] as const
    : [400, "Bad Request", "this is no HTTP"] as const
  const body = errorBody(new HttpError({ status, message }))
  const head = [`HTTP/1.1 ${status} ${words}`, "Connection: close", "Content-Type: application/json", `Content-Length: ${Buffer.byteLength(body)}`]
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy())
}

/** The path of a request as its handler will read it, dots followed; undefined of what is no URL. */
const pathOf = (target: string): string | undefined => URL.parse(target.startsWith("/") ? `http://localhost${target}` : target)?.pathname

/** The handler, which never fails. */
const whole = (handler: Handler): Handler => async (request) => {
  try {
    return await handler(request)
  } catch (cause) {
    return errorResponse(errorOf(cause))
  }
}

interface Running {
  readonly server: Server
  /** Stops accepting, and ends when all answers under way have ended or been cut off. */
  readonly stop: Effect.Effect<void>
}

const make = ({ handler, host, limits: own, token, visitors }: ServeOptions & { readonly host: string }): Running => {
  const most = { ...limits, ...own }
  const admit = admission(host, token, visitors)
  const listen = getRequestListener(whole(handler), {
    overrideGlobalObjects: false,
    // the handler never fails: what does is the making of its request
    errorHandler: (cause) => errorResponse(new HttpError({ status: 400, message: reasonOf(cause) }))
  })
  const underWay = new Set<ServerResponse>()
  let stopping = false
  const server = createServer({
    maxHeaderSize: most.head,
    headersTimeout: most.headers * 1000,
    requestTimeout: most.request * 1000,
    keepAliveTimeout: most.idle * 1000,
    connectionsCheckingInterval: Math.min(1000, most.headers * 500)
  }, async (incoming: Whole, outgoing) => {
    underWay.add(outgoing)
    outgoing.on("close", () => {
      underWay.delete(outgoing)
      if (stopping) setImmediate(() => server.closeIdleConnections())
    })
    if (stopping) outgoing.setHeader("connection", "close")
    const refused = admit(pathOf(incoming.url ?? "/"), incoming.headers)
    if (refused !== undefined) return refuse(incoming, outgoing, refused)
    try {
      incoming.rawBody = await readBody(incoming, most.body)
    } catch (cause) {
      return refuse(incoming, outgoing, errorOf(cause))
    }
    await listen(incoming, outgoing)
  })
  server.maxConnections = most.connections
  server.on("clientError", refuseUnread)
  // a connection without traffic may be waiting for its answer; it is dead if it is idle, or if its answer waits for it
  server.setTimeout(most.stalled * 1000, (socket: Socket) => {
    const waiting = socket.writableLength === 0 && [...underWay].some((outgoing) => outgoing.socket === socket)
    if (!waiting) socket.destroy()
  })
  const stop = Effect.callback<void>((resume) => {
    stopping = true
    for (const outgoing of underWay) if (!outgoing.headersSent) outgoing.setHeader("connection", "close")
    const patience = setTimeout(() => server.closeAllConnections(), most.drain * 1000)
    server.close(() => {
      clearTimeout(patience)
      resume(Effect.void)
    })
  })
  return { server, stop }
}

const start = (server: Server, host: string, port: number): Effect.Effect<Served, ServeError> =>
  Effect.callback((resume) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const why = error.code === "EADDRINUSE" ? "another program has it" : reasonOf(error)
      resume(Effect.fail(new ServeError({ message: `cannot listen on port ${port} of ${host}: ${why}. Choose another port, or 0 for any that is free.` })))
    })
    server.listen(port, host, () => {
      const name = host.includes(":") ? `[${host}]` : host
      resume(Effect.succeed({ url: `http://${name}:${(server.address() as AddressInfo).port}` }))
    })
  })

/**
 * Serves `handler`, and says where. When the scope closes it stops accepting, lets end what is under way, and is gone.
 *
 * Bodies are read whole before the handler is asked, which sees `request.signal` aborted when its client goes away; what it throws
 * becomes an error in JSON. Fails with `ServeError` where the port is taken, or where a host beyond loopback has no token.
 */
export const serve = (options: ServeOptions): Effect.Effect<Served, ServeError, Scope.Scope> =>
  Effect.gen(function*() {
    const { host = "127.0.0.1", port = 0, token } = options
    if (!isLoopback(host) && (token === undefined || token === "")) {
      return yield* new ServeError({
        message: `${host} can be reached from other machines, so a token is needed. Set one, or stay on 127.0.0.1.`
      })
    }
    const { server } = yield* Effect.acquireRelease(Effect.sync(() => make({ ...options, host })), ({ stop }) => stop)
    return yield* start(server, host, port)
  })
