/** A server in a process of its own, that of rewards or one that sends back what it gets, which says how much it has computed. */
import * as Effect from "effect/Effect"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { buffer } from "node:stream/consumers"
import { serve } from "../../src/server/http/serve.ts"
import { rewardHandler } from "../../src/server/rewards/handler.ts"
import { offer } from "../../src/server/rewards/offer.ts"

const echo = (): Promise<string> => {
  const server = createServer(async (incoming, outgoing) => {
    const body = await buffer(incoming)
    outgoing.writeHead(200, { "content-type": "application/json", "content-length": body.length }).end(body)
  })
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)))
}

const rewards = (): Promise<string> =>
  new Promise((resolve) => {
    const served = Effect.flatMap(rewardHandler(offer(new Map(), ["weightedSum"])), (handler) => serve({ handler }))
    Effect.runFork(Effect.scoped(Effect.flatMap(served, ({ url }) => {
      resolve(url)
      return Effect.never
    })))
  })

const url = await (process.argv[2] === "echo" ? echo() : rewards())

process.on("message", (question) => {
  const { system, user } = process.cpuUsage()
  process.send!(question === "url" ? url : (system + user) / 1e6)
})
