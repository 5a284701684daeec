/** Answers with their boxes over the picture: the same example under several rows. */
import { html, raw } from "hono/html"
import type { Answer, Shown } from "../account/account.ts"
import { measureOf } from "../account/choose.ts"
import { drawnSize, width } from "../account/drawnSize.ts"
import * as Font from "../figures/Font.ts"
import { marks } from "../figures/overlay.ts"
import { roles } from "../figures/palette.ts"
import { lines, shown } from "./text.ts"

/** Characters of a completion that are shown. */
const longest = 2000

const described = (boxes: Answer["boxes"], role: "true" | "predicted"): string => {
  const labels = boxes.filter((box) => box.role === role).map(({ label }) => shown(label.slice(0, 60)))
  return `${role}: ${labels.length === 0 ? "none" : labels.slice(0, 20).join(", ")}`
}

const drawn = ({ picture }: Shown, { boxes }: Answer) => {
  if (picture === undefined) return html`<p class="no">The picture is not here.</p>`
  const canvas = drawnSize(picture.sizes.original)
  const about = `${described(boxes, "true")}; ${described(boxes, "predicted")}`
  return html`<svg viewBox="0 0 ${width} ${canvas.height}" role="img" aria-label="${about}" font-family="${Font.family}"><image href="${picture.uri}" width="${width}" height="${canvas.height}" preserveAspectRatio="none"/>${
    raw(marks(boxes, picture.sizes, canvas, shown))
  }</svg>`
}

const rewards = (answer: Answer): string =>
  answer.rewards.map(({ error, part, value }) =>
    `${shown(part)} ${value === null ? "not a number" : value.toFixed(3)}${error === null ? "" : ` (${shown(error.slice(0, 200))})`}`).join(", ")

const answerOf = (example: Shown, answer: Answer) =>
  html`<div class="answer">${drawn(example, answer)}<p><strong>${shown(answer.row)}</strong><br>${rewards(answer)}${
    answer.finishReason === "length" ? ", cut off at the token limit" : ""
  }</p><details><summary>What it said</summary><pre class="said" dir="ltr">${lines(answer.completion, longest)}</pre></details></div>`

export const samplesSection = (examples: ReadonlyArray<Shown>, heading: (text: string) => unknown) =>
  html`<p class="small">The same held-out examples under several rows, each with the rule that it was chosen by. ${measureOf(examples) ?? ""}
Boxes:<span class="box" style="border-color:${roles.true}"></span>true<span class="box predicted" style="border-color:${roles.predicted}"></span>predicted.</p>${
    examples.map((example) =>
      html`${heading(`Example ${shown(example.example.slice(0, 200))}`)}<p class="small">It is ${example.chosen}.</p><div class="answers">${
        example.answers.map((answer) => answerOf(example, answer))
      }</div>`)
  }`
