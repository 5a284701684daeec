/** A PostgreSQL server of a test: on loopback, in a folder of its own, by a user that may not do much. */
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"

/** Where Debian's package has the server's programs; undefined where there is none. */
export const programs: string | undefined = (() => {
  const packaged = existsSync("/usr/lib/postgresql")
    ? readdirSync("/usr/lib/postgresql").sort((a, b) => Number(b) - Number(a)).map((version) => `/usr/lib/postgresql/${version}/bin`)
    : []
  return packaged.find((folder) => existsSync(join(folder, "initdb")))
})()

/** The server does not run as root: then as the user that its package made, or as nobody. */
const user = (() => {
  if (process.getuid?.() !== 0) return undefined
  const idOf = (flag: string, name: string) => {
    const { status, stdout } = spawnSync("id", [flag, name], { encoding: "utf8" })
    return status === 0 ? Number(stdout) : undefined
  }
  const name = idOf("-u", "postgres") === undefined ? "nobody" : "postgres"
  return { uid: idOf("-u", name)!, gid: idOf("-g", name)! }
})()

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, "close")
  return port
}

/** Makes a database in a temporary folder, and returns how to start and stop its server, and how to remove it. */
export const postgres = async () => {
  const data = mkdtempSync(join(tmpdir(), "assay-postgres-"))
  if (user !== undefined) {
    chownSync(data, user.uid, user.gid)
    const around = process.env["ASSAY_TESTS_SHARED"]
    if (around !== undefined) chmodSync(around, 0o711) // else that user does not get through to its own folder
  }
  const made = spawnSync(join(programs!, "initdb"), ["-D", data, "-U", "assay", "--auth=trust", "--no-instructions", "--no-sync"], { ...user, cwd: data, encoding: "utf8" })
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`)
  const port = await freePort()
  const begin = () => spawn(join(programs!, "postgres"), ["-D", data, "-h", "127.0.0.1", "-p", String(port), "-k", data], { ...user, cwd: data, stdio: "ignore" })
  let server: ReturnType<typeof begin> | undefined
  return {
    url: `postgres://assay@127.0.0.1:${port}/postgres`,
    start: async () => {
      server = begin()
      const ready = () => spawnSync(join(programs!, "pg_isready"), ["-q", "-h", "127.0.0.1", "-p", String(port)]).status === 0
      while (!ready()) {
        if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}`)
        await setTimeout(50)
      }
    },
    /** Ends the server as a crash would: nobody is told. */
    crash: async () => {
      if (server === undefined || server.exitCode !== null) return
      const ended = once(server, "exit")
      server.kill("SIGQUIT")
      await ended
    },
    pid: () => server?.pid,
    remove: () => rmSync(data, { recursive: true, force: true })
  }
}

export type Postgres = Awaited<ReturnType<typeof postgres>>
