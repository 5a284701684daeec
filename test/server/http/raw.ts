/** Clients that do what no library does: send bytes by hand, slowly, or not to their end. */
import { connect, type Socket } from "node:net"

export interface Raw {
  readonly socket: Socket
  /** Everything that came back, once the server has closed the connection. */
  readonly answer: Promise<string>
}

/** Opens a connection and sends what is given. */
export const raw = (url: string, bytes: string | Uint8Array): Raw => {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  const pieces: Array<Buffer> = []
  socket.on("data", (piece) => pieces.push(piece))
  socket.on("error", () => {})
  const answer = new Promise<string>((resolve) => socket.on("close", () => resolve(Buffer.concat(pieces).toString())))
  socket.write(bytes)
  return { socket, answer }
}

/** A request by hand. */
export const post = (path: string, body: string, ...headers: ReadonlyArray<string>): string =>
  [`POST ${path} HTTP/1.1`, "Host: localhost", `Content-Length: ${Buffer.byteLength(body)}`, ...headers, "", body].join("\r\n")
