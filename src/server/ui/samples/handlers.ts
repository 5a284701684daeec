/** Answers about samples. */
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { reasonOf } from "../../../pipeline/reason.ts"
import * as Workspace from "../../../workspace/Reading.ts"
import { Api } from "../api.ts"
import { explained, missing } from "../problems.ts"
import { Shown } from "../shown.ts"
import { sourceOf } from "./picture.ts"
import * as Read from "./Read.ts"
import { runsOf, shapeOf } from "./shape.ts"

/** Pixels on the longer side of a picture: enough to see small things, and little enough to send. */
const usualSide = 1600

/** Pictures that are taken apart at a time: each may hold hundreds of megabytes. */
const atATime = 2

const listed = ({ runs, ...sample }: Workspace.SampleInRuns) => ({ ...shapeOf(sample, runs), opening: sample.opening })

const atMost = (count: number, most: number): number | null => count > most ? most : null

const cursorText = (next: Workspace.Cursor | undefined): string | null => next === undefined ? null : Read.cursorText(next)

export const sampleHandlers = HttpApiBuilder.group(Api, "samples", Effect.fn(function*(handlers) {
  const workspace = yield* Shown
  const turn = yield* Semaphore.make(atATime)

  const image = Effect.fnUntraced(function*(id: number, side: number) {
    const refused = (cause: unknown) => missing(`the picture of sample ${id} cannot be shown: ${reasonOf(cause)}`)
    const stored = yield* explained(Workspace.sampleImage(workspace, id))
    if (stored === null) return yield* missing(`sample ${id} has no picture`)
    const source = yield* Effect.tryPromise({ try: () => sourceOf(stored, Workspace.imageFile(workspace)), catch: refused })
    const headers = { etag: `"${source.tag}-${side}"`, "cache-control": "no-cache" }
    const request = yield* HttpServerRequest.HttpServerRequest
    if (request.headers["if-none-match"] === headers.etag) return HttpServerResponse.empty({ status: 304, headers })
    const { bytes, type } = yield* turn.withPermits(1)(Effect.tryPromise({ try: () => source.picture(side), catch: refused }))
    return HttpServerResponse.uint8Array(bytes, { contentType: type, headers })
  })

  return handlers.handleAll({
    places: ({ query }) => explained(Workspace.samplePlaces(workspace, query.experiment)),
    page: Effect.fnUntraced(function*({ query }) {
      const { filter, paging } = yield* Read.page(query)
      const { matching, next, samples, through } = yield* explained(Workspace.samplePage(workspace, filter, paging))
      return { samples: samples.map(listed), through, matching, atMost: atMost(through, Workspace.mostSamples), next: cursorText(next) }
    }),
    one: Effect.fnUntraced(function*({ query: { experiment, id } }) {
      const { otherRuns, otherSteps, runs, ...sample } = yield* explained(Workspace.sample(workspace, id, experiment))
      const elsewhere = ({ runs, ...place }: typeof otherRuns[number]) => ({ ...place, label: runs[0]?.label ?? "", runs: runsOf(runs) })
      return {
        ...shapeOf(sample, runs),
        experiment: sample.experiment,
        kind: runs[0]?.kind ?? null,
        prompt: sample.prompt,
        completion: sample.completion,
        solution: sample.solution,
        details: sample.details,
        otherSteps: otherSteps.map(elsewhere),
        otherRuns: otherRuns.map(elsewhere)
      }
    }),
    pairs: Effect.fnUntraced(function*({ query }) {
      const { asked, left, right } = yield* Read.pairs(query)
      const found = yield* explained(Workspace.samplePairs(workspace, left, right, asked, query.experiment))
      const side = ({ place, runs, steps }: typeof found.left, samples: number) => ({
        ...place,
        label: runs[0]?.label ?? null,
        runs: runsOf(runs),
        steps,
        samples
      })
      return {
        left: side(found.left, found.leftCount),
        right: side(found.right, found.rightCount),
        pairs: found.pairs,
        atMost: atMost(found.leftCount + found.rightCount, Workspace.mostPaired),
        parts: found.parts,
        found: found.found.map(({ change, left, right }) => ({ change, left: listed(left), right: listed(right) })),
        next: cursorText(found.next)
      }
    }),
    image: ({ params, query }) => image(params.id, query.side === undefined ? usualSide : Number(query.side))
  })
}))
