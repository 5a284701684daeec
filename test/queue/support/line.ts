/** A network between a worker and a server that may be parted: what is sent then arrives nowhere, and nobody is told. */
import { once } from "node:events"
import { type AddressInfo, connect, createServer, type Socket } from "node:net"

/** A line to the server of an address, as an address of its own. */
export const lineTo = async (address: string) => {
  const there = new URL(address)
  const pairs = new Set<readonly [Socket, Socket]>()
  let isCut = false
  const hold = (pair: readonly [Socket, Socket]) => pair.forEach((socket) => socket.pause())
  const join = ([from, to]: readonly [Socket, Socket]) => {
    from.on("data", (data) => to.write(data))
    to.on("data", (data) => from.write(data))
  }
  const server = createServer((from) => {
    const pair = [from, connect(Number(there.port), there.hostname)] as const
    pairs.add(pair)
    for (const [i, socket] of pair.entries()) {
      socket.on("error", () => {})
      socket.on("close", () => pairs.delete(pair) && pair[1 - i]!.destroy())
    }
    join(pair)
    if (isCut) hold(pair)
  }).listen(0, "127.0.0.1")
  await once(server, "listening")
  const url = new URL(address)
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    cut: () => {
      isCut = true
      pairs.forEach(hold)
    },
    /** What was sent meanwhile arrives. */
    mend: () => {
      isCut = false
      for (const pair of pairs) pair.forEach((socket) => socket.resume())
    },
    /** New connections are as they should be; on those that there were, nothing is ever heard again. */
    forget: () => {
      isCut = false
    },
    close: async () => {
      for (const pair of pairs) pair.forEach((socket) => socket.destroy())
      server.close()
      await once(server, "close")
    }
  }
}
