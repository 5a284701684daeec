/** `assay serve openai` and the official client of OpenAI for Python. */
import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll } from "vitest"
import { serving, temporary } from "../cli/support.ts"
import { name, scene, text } from "../server/openai/support.ts"
import { folder as engines, has } from "./servers.ts"

/** What a user of the client writes; what it heard comes back as JSON. */
const script = `
import json, sys
import openai
url, model, picture, text = json.load(sys.stdin)
client = openai.OpenAI(base_url=url, api_key="none", max_retries=0)
messages = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": picture}}, {"type": "text", "text": text}]}]
greedy = client.chat.completions.create(model=model, messages=messages, temperature=0, max_tokens=100, logprobs=True, extra_body={"return_token_ids": True})
group = [client.chat.completions.create(model=model, messages=messages, n=3, seed=5, max_tokens=100) for _ in range(2)]
pieces = list(client.chat.completions.create(model=model, messages=messages, temperature=0, max_tokens=100, stream=True, stream_options={"include_usage": True}))
def refused(**more):
    try:
        client.chat.completions.create(**{"model": model, "messages": messages, **more})
    except openai.APIStatusError as error:
        return [type(error).__name__, error.status_code, error.code, error.param]
print(json.dumps({
    "models": [one.id for one in client.models.list()],
    "greedy": greedy.model_dump(),
    "group": [[choice.message.content for choice in one.choices] for one in group],
    "stream": "".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices),
    "usage": pieces[-1].usage.model_dump(),
    "refused": [refused(model="gpt-4o"), refused(top_logprobs=2, logprobs=True), refused(max_tokens=5000)],
}))
`

describe.skipIf(!has("openai"))("the official client for Python", () => {
  const { folder, remove } = temporary()
  let server: Awaited<ReturnType<typeof serving>>
  beforeAll(async () => void (server = await serving(folder, "openai", name)))
  afterAll(async () => {
    server.process.kill("SIGTERM")
    await server.ended
    remove()
  })

  it("asks about a picture, draws groups, reads streams and errors", async () => {
    const file = join(folder, "ask.py")
    writeFileSync(file, script)
    const input = JSON.stringify([`${server.url}/v1`, name, await scene(0), text])
    const { status, stderr, stdout } = spawnSync(join(engines, "openai/bin/python"), [file], { input, encoding: "utf8" })
    assert.strictEqual(status, 0, stderr)
    const heard = JSON.parse(stdout)
    assert.deepStrictEqual(heard.models, [name])
    const [choice] = heard.greedy.choices
    assert.match(choice.message.content, /^<think>.*<\/answer>$/s)
    assert.strictEqual(choice.logprobs.content.length, choice.token_ids.length)
    assert.isAbove(heard.greedy.prompt_token_ids.length, 16)
    assert.strictEqual(heard.stream, choice.message.content)
    assert.deepInclude(heard.usage, { prompt_tokens: heard.greedy.usage.prompt_tokens, completion_tokens: choice.token_ids.length })
    assert.deepStrictEqual(heard.group[0], heard.group[1])
    assert.strictEqual(heard.group[0].length, 3)
    assert.deepStrictEqual(heard.refused, [
      ["NotFoundError", 404, "model_not_found", "model"],
      ["BadRequestError", 400, null, "top_logprobs"],
      ["BadRequestError", 400, "context_length_exceeded", "max_tokens"]
    ])
  })
})
