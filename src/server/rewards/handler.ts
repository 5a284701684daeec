/** The server of rewards: one handler for the shapes of all trainers. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { OpenrlhfRequest, type OpenrlhfResponse, ScoreRequest, type ScoreResponse, SlimeRequest } from "../../protocol/rewards.ts"
import { HttpError } from "../http/answers.ts"
import { type Handler, readJson, routes } from "../http/routes.ts"
import { answerIn, withoutEnd } from "./answerIn.ts"
import { checkLengths, judge, rowsOf } from "./judge.ts"
import { chooser, type Offer } from "./offer.ts"

const score = Schema.decodeUnknownSync(ScoreRequest)
const openrlhf = Schema.decodeUnknownSync(OpenrlhfRequest)
const slime = Schema.decodeUnknownSync(SlimeRequest)

/** For shapes that have no place for an error: a batch with a row that could not be judged gets no marks at all. */
const checkJudged = ({ errors: [first] }: ScoreResponse): void => {
  if (first === undefined) return
  throw new HttpError({ status: 422, code: "unjudged", message: `row ${first.row}: ${first.part}: ${first.message}` })
}

interface Judged extends Omit<ScoreResponse, "totals"> {
  readonly totals: ReadonlyArray<number>
}

/** What is served, for people and for whoever looks whether it is up. */
const overview = ({ rewards, usual }: Offer) => ({
  serves: "rewards",
  rewards: [...rewards.keys()],
  usual,
  variants: ["fixed", "faithful"],
  shapes: ["POST /score", "POST /openrlhf", "POST /slime"],
  choose: "?rewards=weightedSum,format&variant=fixed"
})

/**
 * Answers `POST /score`, `POST /openrlhf` and `POST /slime` by the rewards that `?rewards=` names, else by the usual ones; `GET /`
 * says which there are. What rewards look up is looked up in the services of the caller.
 */
export const rewardHandler = (offered: Offer): Effect.Effect<Handler> =>
  Effect.map(Effect.context<never>(), (context) => {
    const run = Effect.runPromiseWith(context)
    const chosen = chooser(offered)
    const marks = (url: URL, request: ScoreRequest): Promise<ScoreResponse> =>
      run(judge(chosen(url.searchParams), rowsOf(request)))
    const allMarks = async (url: URL, request: ScoreRequest): Promise<Judged> => {
      const judged = await marks(url, request)
      checkJudged(judged)
      return judged as Judged
    }
    return routes({
      "GET /": () => Response.json(overview(offered)),
      "POST /score": async (request, url) => Response.json(await marks(url, await readJson(request, score))),
      "POST /openrlhf": async (request, url) => {
        const { labels, prompts, query } = await readJson(request, openrlhf)
        checkLengths(query.length, { prompts, labels })
        const completions = query.map((text, i) => answerIn(text, prompts[i]!))
        const { parts, totals } = await allMarks(url, { completions, solutions: labels })
        return Response.json({ rewards: totals, scores: totals, extra_logs: parts } satisfies OpenrlhfResponse)
      },
      "POST /slime": async (request, url) => {
        const { label, response } = await readJson(request, slime)
        const { totals } = await allMarks(url, { completions: [withoutEnd(response)], solutions: [label] })
        return Response.json(totals[0])
      }
    })
  })
