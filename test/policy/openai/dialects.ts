/** Small servers on loopback that answer as others were seen to, with what one may meet on the way to them. */
import { createServer, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { json } from "node:stream/consumers"
import type { ChatRequest } from "../../../src/protocol/chat.ts"

export interface Served {
  readonly url: string
  readonly asked: Array<ChatRequest>
  /** The most that were being answered at one time. */
  readonly atOnce: () => number
  readonly close: () => Promise<void>
}

export type Answer = (request: ChatRequest, response: ServerResponse, count: number) => void | Promise<void>

/** What vLLM 0.32 says of itself. */
export const vllmSelf = {
  "/v1/models": { object: "list", data: [{ id: "tiny", object: "model", owned_by: "vllm", root: "/models/tiny", parent: null, max_model_len: 2048 }] },
  "/version": { version: "0.32.0" }
}

/** Serves chat completions by `answer`, which is told how many were asked before; what it says of itself by path. */
export const serve = async (answer: Answer, self: { readonly [path: string]: unknown } = {}): Promise<Served> => {
  const asked: Array<ChatRequest> = []
  let [running, most] = [0, 0]
  const server = createServer(async (incoming, response) => {
    if (incoming.url! in self) return send(response, self[incoming.url!])
    if (incoming.url !== "/v1/chat/completions") return void response.writeHead(404).end("{\"detail\":\"Not Found\"}")
    const request = await json(incoming) as ChatRequest
    most = Math.max(most, ++running)
    response.on("close", () => running--)
    asked.push(request)
    await answer(request, response, asked.length - 1)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    atOnce: () => most,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    }
  }
}

export const send = (response: ServerResponse, body: unknown, status = 200): void =>
  void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))

/** The text of a request, and what its sampling would draw: the same for the same seed, and for every one where there is nothing to choose. */
const saidTo = ({ messages, seed, top_k }: ChatRequest, i: number): string => {
  const asked = messages.map(({ content }) => typeof content === "string" ? content : content.map((piece) => piece.type === "text" ? piece.text : "").join("")).join("")
  return top_k === 1 ? asked : `${asked} ${seed} ${i}`
}

/** As vLLM 0.32 answers: several at a time, with ids and log-probabilities; unknown fields are ignored. */
export const vllm: Answer = (request, response) =>
  send(response, {
    id: "1",
    object: "chat.completion",
    choices: Array.from({ length: request.n }, (_, index) => {
      const content = `<think>Hm.</think>${saidTo(request, index)}`
      return {
        index,
        message: { role: "assistant", content, refusal: null, reasoning: null },
        logprobs: request.logprobs ? { content: [{ token: "a", logprob: -0.5, bytes: [97], top_logprobs: [] }, { token: "b", logprob: -0.25, bytes: null, top_logprobs: [] }] } : null,
        finish_reason: index === 1 ? "length" : "stop",
        stop_reason: null,
        token_ids: request.return_token_ids ? [5, 6] : null
      }
    }),
    // without `prompt_tokens`, which the real one says: nobody here counts them
    usage: { completion_tokens: 2 * request.n }
  })

const known = ["model", "messages", "max_tokens", "temperature", "top_p", "presence_penalty", "frequency_penalty", "n", "seed", "logprobs"]

/** As a server that knows OpenAI's own fields, and says nothing of others. */
export const ignoring: Answer = ({ min_p: _, repetition_penalty: __, return_token_ids: ___, top_k: ____, ...request }, response, count) =>
  vllm(request, response, count)

/** As a server that refuses requests with what `refuses` says. */
export const refusing = (refuses: (request: ChatRequest) => string | false): Answer => (request, response, count) => {
  const message = refuses(request)
  return message === false ? vllm(request, response, count) : send(response, { error: { message } }, 400)
}

/** As `transformers serve` 5.24 answers: one at a time, thoughts apart, no log-probabilities; unknown fields are refused. */
export const transformers: Answer = (request, response) => {
  const unexpected = Object.keys(request).filter((key) => !known.includes(key))
  if (unexpected.length > 0) return send(response, { detail: `Unexpected fields in the request: {'${unexpected[0]}'}` }, 422)
  send(response, {
    id: "1",
    object: "chat.completion",
    choices: [{ finish_reason: "stop", index: 0, message: { content: saidTo(request, 0), role: "assistant", reasoning_content: "Hm." } }],
    usage: { completion_tokens: 3 }
  })
}
