/**
 * Answers that `assay serve rewards` judges over HTTP, beside a server of plain node:http that sends the same bodies back. The servers
 * run in a process of their own each, so that their processor time is theirs alone.
 */
import { Agent, request } from "node:http"
import * as Random from "../src/pipeline/Random.ts"
import { answer } from "./score.ts"
import * as Measure from "./support/measure.ts"
import * as Server from "./support/server.ts"

const target = 2000

/** Requests under way at a time. */
const connections = 16

const batch = 64

interface Load {
  readonly path: string
  /** Answers a request. */
  readonly each: number
  readonly bodies: ReadonlyArray<string>
}

const loads = (count: number): { readonly [name: string]: Load } => {
  const next = Random.stream(Random.key(1))
  const texts = (length: number) => Array.from({ length }, () => answer(next))
  const bodies = (each: number, body: () => unknown) => Array.from({ length: count / each }, () => JSON.stringify(body()))
  return {
    single: {
      path: "/openrlhf?rewards=weightedSum,format",
      each: 1,
      bodies: bodies(1, () => ({ query: [`Find it.${answer(next)}<|im_end|>`], prompts: ["Find it."], labels: texts(1) }))
    },
    batched: {
      path: "/score?rewards=weightedSum,format",
      each: batch,
      bodies: bodies(batch, () => ({ completions: texts(batch), solutions: texts(batch) }))
    }
  }
}

const post = (agent: Agent, url: string, body: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) }
    request(url, { method: "POST", agent, headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`the server answered ${response.statusCode}`))
      response.resume().on("end", resolve)
    }).on("error", reject).end(body)
  })

/** Sends every body once, several at a time. */
const sendAll = async (url: string, { bodies, path }: Load): Promise<void> => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  let next = 0
  const worker = async () => {
    while (next < bodies.length) await post(agent, `${url}${path}`, bodies[next++]!)
  }
  await Promise.all(Array.from({ length: connections }, worker))
  agent.destroy()
}

/** Answers a second of the clock, and a second of the server's processor time. */
const measured = (settings: Measure.Settings, server: "rewards" | "echo", name: string, load: Load) =>
  Server.using([server], async ({ processorSeconds, url }) => {
    await sendAll(url, load)
    const found = await Measure.rounds(settings, `serve, ${server}, ${name}`, async () => {
      const before = await processorSeconds()
      const seconds = await Measure.seconds(() => sendAll(url, load))
      const answers = load.bodies.length * load.each
      return { clock: answers / seconds, core: answers / (await processorSeconds() - before) }
    })
    const summary = (key: "clock" | "core") => Measure.summary(found.map((round) => Math.round(round[key])))
    return { perSecond: summary("clock"), perSecondOfProcessor: summary("core") }
  })

export const serve: Measure.Part = async (settings) => {
  const results: { [name: string]: Record<"rewards" | "echo", Awaited<ReturnType<typeof measured>>> } = {}
  for (const [name, load] of Object.entries(loads(settings.smoke ? 128 : 8192))) {
    results[name] = { rewards: await measured(settings, "rewards", name, load), echo: await measured(settings, "echo", name, load) }
  }
  return { connections, batch, target, ...results, met: Object.values(results).every(({ rewards }) => rewards.perSecondOfProcessor.median >= target) }
}
