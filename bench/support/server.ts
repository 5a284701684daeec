/** A server in a process of its own (`serveChild.ts`), so that its processor time is its alone. */
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"

export interface Server {
  readonly url: string
  /** Computed by its process so far. */
  readonly processorSeconds: () => Promise<number>
}

/** Sends a child a question and waits for what it says. */
const ask = async <A>(child: ChildProcess, question: string): Promise<A> => {
  child.send(question)
  const [said] = await once(child, "message") as [A]
  return said
}

/** Does something with a server, which is gone afterwards. `words` say which. */
export const using = async <A>(words: ReadonlyArray<string>, work: (server: Server) => Promise<A>): Promise<A> => {
  const child = fork(fileURLToPath(new URL("serveChild.ts", import.meta.url)), words)
  try {
    return await work({ url: await ask<string>(child, "url"), processorSeconds: () => ask<number>(child, "processorSeconds") })
  } finally {
    child.kill()
  }
}
