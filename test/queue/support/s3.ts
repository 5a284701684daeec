/** An S3 server of a test: moto's, from PyPI, on loopback, behind a line that is cut now and then. */
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { existsSync } from "node:fs"
import { createServer, request } from "node:http"
import type { AddressInfo } from "node:net"
import { dirname, join } from "node:path"
import { AwsClient } from "aws4fetch"

const beside = process.env["ASSAY_DOCS_PYTHON"] === undefined ? "" : join(dirname(process.env["ASSAY_DOCS_PYTHON"]), "moto_server")

/** moto's program; undefined where it is not installed. */
export const program: string | undefined = [beside, "moto_server"].find((name) =>
  (name === "moto_server" || existsSync(name)) && name !== "" && spawnSync(name, ["--help"]).status === 0)

/** The line to a server. Every so many requests, or none for Infinity, one is refused, one cut off, and one cut off in its answer. */
const lineTo = async (port: number) => {
  let [every, count] = [Infinity, 0]
  const server = createServer((incoming, outgoing) => {
    count += 1
    const fault = count % every === 0 ? (count / every) % 3 : -1
    if (fault === 0) return void outgoing.writeHead(503).end("<Error><Code>SlowDown</Code></Error>")
    if (fault === 1) return void outgoing.destroy()
    const { headers, method, url } = incoming
    const there = request({ host: "127.0.0.1", port, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers)
      if (fault !== 2) return void answer.pipe(outgoing)
      answer.once("data", (chunk: Buffer) => outgoing.write(chunk.subarray(0, chunk.length >> 1), () => outgoing.destroy()))
      answer.once("end", () => outgoing.destroy())
    })
    there.on("error", () => outgoing.destroy())
    incoming.pipe(there)
  }).listen(0, "127.0.0.1")
  await once(server, "listening")
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** From now on one in so many requests goes wrong. */
    faults: (one: number) => void (every = one),
    close: () => {
      server.close()
      server.closeAllConnections()
    }
  }
}

/** Starts the server with a bucket `lab`. */
export const s3 = async () => {
  const server = spawn(program!, ["-H", "127.0.0.1", "-p", "0"], { stdio: ["ignore", "ignore", "pipe"] })
  const url = await new Promise<string>((resolve, reject) => {
    let said = ""
    server.stderr.on("data", (text) => {
      said += text
      const found = /Running on (http:\S+)/.exec(said)?.[1]
      if (found !== undefined) resolve(found)
    })
    server.on("exit", () => reject(new Error(`moto_server ended: ${said}`)))
  })
  const client = new AwsClient({ accessKeyId: "test", secretAccessKey: "test", service: "s3", region: "us-east-1" })
  await (await client.fetch(`${url}/lab`, { method: "PUT" })).text()
  const line = await lineTo(Number(new URL(url).port))
  return {
    /** The server without the line between: what the bucket holds, for who looks. */
    direct: async (name: string, init: RequestInit) => {
      const answer = await client.fetch(`${url}/lab/${name}`, init)
      const said = await answer.text()
      if (!answer.ok) throw new Error(said)
      return said
    },
    keys: async (): Promise<ReadonlyArray<string>> =>
      [...(await (await client.fetch(`${url}/lab?list-type=2`)).text()).matchAll(/<Key>([^<]+)/g)].map(([, key]) => key!),
    env: { AWS_ENDPOINT_URL: line.url, AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", AWS_REGION: "us-east-1" },
    faults: line.faults,
    remove: () => {
      line.close()
      server.kill("SIGKILL")
    }
  }
}
