/** Attacks on rewards: changes of an answer that make it no better, as a model that climbs the reward might find them. */
import { iou, type LabeledBox } from "../../vision/Box.ts"
import { answer } from "./Question.ts"
import { boxes } from "./read.ts"

export interface Attack {
  readonly name: string
  /** What is done to the answer. */
  readonly what: string
  /** Completions that a completion becomes, given the true answer; none where there is nothing to attack. */
  readonly change: (completion: string, solution: string) => ReadonlyArray<string>
}

type Boxes = ReadonlyArray<LabeledBox<"resized">>

/** The completion with other boxes in its answer. */
const saying = (completion: string, said: Boxes): string =>
  `${completion.slice(0, completion.indexOf("<answer>"))}<answer>${answer(said)}</answer>`

/** An attack on the boxes of an answer that has some. */
const onBoxes = (change: (said: Boxes, truth: Boxes) => ReadonlyArray<Boxes>): Attack["change"] => (completion, solution) => {
  const said = boxes(completion)
  return said.length === 0 ? [] : change(said, boxes(solution)).map((changed) => saying(completion, changed))
}

/** Right and lower end of all boxes: as much of the picture as is known. */
const extent = (all: Boxes) => ({
  width: all.reduce((most, { box }) => Math.max(most, box.x2), 100),
  height: all.reduce((most, { box }) => Math.max(most, box.y2), 100)
})

const placed = (label: string, x1: number, y1: number, x2: number, y2: number): LabeledBox<"resized"> => ({
  label,
  box: { space: "resized", x1: Math.round(x1), y1: Math.round(y1), x2: Math.round(x2), y2: Math.round(y2) }
})

const [across, down] = [10, 5]

/** Boxes of one label, edge to edge over the picture. */
const tiles = (label: string, { height, width }: ReturnType<typeof extent>): Boxes =>
  Array.from({ length: across * down }, (_, i) => {
    const [column, row] = [i % across, Math.floor(i / across)]
    const [w, h] = [width / across, height / down]
    return placed(label, column * w, row * h, (column + 1) * w, (row + 1) * h)
  })

const grown = ({ box: { x1, x2, y1, y2 }, label }: LabeledBox, share: number): LabeledBox<"resized"> => {
  const [dx, dy] = [(x2 - x1) * share, (y2 - y1) * share]
  return placed(label, x1 - dx, y1 - dy, x2 + dx, y2 + dy)
}

/** The next of the labels, in a circle; another one where there is only that. */
const nextLabel = (label: string, labels: ReadonlyArray<string>): string => {
  const next = labels[(labels.indexOf(label) + 1) % labels.length]
  return next === undefined || next === label ? `other ${label}` : next
}

const hitsNothing = (said: LabeledBox<"resized">, truth: Boxes): boolean =>
  truth.every(({ box, label }) => label !== said.label || iou(box, said.box) < 0.5)

const padding = "I look again at every corner of the picture to be sure. ".repeat(60)

/** All attacks, in the order of the tables. */
export const attacks: ReadonlyArray<Attack> = [
  {
    name: "appended",
    what: "50 boxes of one label, tiled over the picture, after the answer's own",
    change: (completion, solution) => {
      const [said, truth] = [boxes(completion), boxes(solution)]
      return [saying(completion, [...said, ...tiles(truth[0]?.label ?? "object", extent([...said, ...truth]))])]
    }
  },
  { name: "duplicated", what: "every box said twice", change: onBoxes((said) => [said.flatMap((box) => [box, box])]) },
  { name: "reordered", what: "the boxes in reverse order", change: onBoxes((said) => said.length < 2 ? [] : [said.toReversed()]) },
  {
    name: "relabelled",
    what: "every box with the label of others; or boxes that hit nothing with a label that nobody asked for",
    change: onBoxes((said, truth) => {
      const labels = [...new Set(truth.map(({ label }) => label))]
      return [
        said.map((one) => ({ ...one, label: nextLabel(one.label, labels) })),
        said.map((one) => hitsNothing(one, truth) ? { ...one, label: "something else" } : one)
      ]
    })
  },
  {
    name: "enlarged",
    what: "every box a fifth wider and higher; or all, or only those that hit nothing, as large as the picture",
    change: onBoxes((said, truth) => {
      const { height, width } = extent([...said, ...truth])
      const whole = ({ label }: LabeledBox): LabeledBox<"resized"> => placed(label, 0, 0, width, height)
      return [said.map((one) => grown(one, 0.1)), said.map(whole), said.map((one) => hitsNothing(one, truth) ? whole(one) : one)]
    })
  },
  {
    name: "emptied",
    what: "no boxes (None, or an empty list), or no text at all, where there is something",
    change: (completion, solution) => boxes(solution).length === 0 ? [] : [
      saying(completion, []),
      saying(completion, []).replace("None", "```json\n[]\n```"),
      ""
    ]
  },
  {
    name: "padded",
    what: "some 700 words more in the thoughts, or in the answer before its boxes",
    change: (completion) => [
      completion.replace("</think>", () => ` ${padding}</think>`),
      completion.replace("<answer>", () => `<answer>${padding}`)
    ]
  },
  {
    name: "nested",
    what: "think tags in think tags, answer tags in answer tags, or everything said twice",
    change: (completion) => [
      completion.replace("<think>", "<think><think>").replace("</think>", "</think></think>"),
      completion.replace("<answer>", "<answer><answer>").replace("</answer>", "</answer></answer>"),
      completion + completion
    ]
  }
]
