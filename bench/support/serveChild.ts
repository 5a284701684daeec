/** A server in a process of its own, that of rewards, of the page, or one that sends back what it gets, which says how much it has computed. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { buffer } from "node:stream/consumers"
import type { Handler } from "../../src/server/http/routes.ts"
import { serve } from "../../src/server/http/serve.ts"
import { rewardHandler } from "../../src/server/rewards/handler.ts"
import { offer } from "../../src/server/rewards/offer.ts"
import { uiHandler } from "../../src/server/ui/handler.ts"
import { pageFolder, readPage } from "../../src/server/ui/page.ts"
import { at } from "../../src/workspace/index.ts"

const echo = (): Promise<string> => {
  const server = createServer(async (incoming, outgoing) => {
    const body = await buffer(incoming)
    outgoing.writeHead(200, { "content-type": "application/json", "content-length": body.length }).end(body)
  })
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)))
}

/** Serves a handler for as long as the process lives. */
const served = <E>(handler: Effect.Effect<Handler, E, Scope.Scope>): Promise<string> =>
  new Promise((resolve) => {
    Effect.runFork(Effect.scoped(Effect.flatMap(Effect.flatMap(handler, (handler) => serve({ handler })), ({ url }) => {
      resolve(url)
      return Effect.never
    })))
  })

const [name, file] = process.argv.slice(2)
const url = await (name === "echo"
  ? echo()
  : name === "ui"
  ? served(uiHandler({ workspace: at(file!), page: readPage(pageFolder) }))
  : served(rewardHandler(offer(new Map(), ["weightedSum"]))))

process.on("message", (question) => {
  const { system, user } = process.cpuUsage()
  process.send!(question === "url" ? url : (system + user) / 1e6)
})
