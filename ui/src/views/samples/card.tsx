/** A sample in a list: its picture with boxes, what it was rewarded with, and how its answer begins. */
import { beginning, plain } from "../../parts/marks.ts"
import { Picture } from "../../parts/picture.tsx"
import { Visible } from "../../parts/visible.tsx"
import { drawnBoxes, imageOf, type Listed, runText, stageText } from "./state.ts"
import { shownValue } from "./values.ts"

/** Characters of an answer, beside a picture and without one. */
const opening = { beside: 160, alone: 420 } as const

const wordsOf = ({ example, predictions, truths }: Listed): string =>
  `Picture of example ${plain(beginning(example, 40))}, ${truths} true and ${predictions} predicted box${predictions === 1 ? "" : "es"}`

/** The picture of a sample whose size is known, small, with its boxes. */
export const Small = ({ sample }: { readonly sample: Listed }) => {
  const { picture } = sample
  if (picture === null) return null
  if (picture.width === null || picture.height === null) return <img class="picture" src={imageOf(sample.id, 320)} alt={wordsOf(sample)} loading="lazy" />
  return <Picture src={imageOf(sample.id, 320)} alt={wordsOf(sample)} width={picture.width} height={picture.height} boxes={drawnBoxes(sample.boxes)} labels={false} />
}

/** Parts of the reward; the one that is looked at stands out, and one that failed says so. */
export const Parts = ({ part, rewards }: { readonly rewards: Listed["rewards"]; readonly part: string | undefined }) => (
  <dl class="parts">
    {rewards.map((reward) => (
      <div key={reward.part} class={reward.part === part ? "looked" : undefined}>
        <dt>{reward.part}</dt>
        <dd>
          {shownValue(reward.value)}
          {reward.error !== null && <span class="bad" title={plain(reward.error)}> failed</span>}
        </dd>
      </div>
    ))}
  </dl>
)

interface Props {
  readonly sample: Listed
  readonly href: string
  readonly part: string | undefined
  }

export const Card = ({ href, part, sample }: Props) => {
  const text = beginning(sample.opening, sample.picture === null ? opening.alone : opening.beside)
  return (
    <article class="card">
      {sample.picture !== null && <a class="open" href={href}><Small sample={sample} /></a>}
      <div class="about">
        <a href={href}>example <Visible text={beginning(sample.example, 40)} /></a>
        <span>{runText(sample.runs)}</span>
        <span class="muted">
          {stageText(sample)}, step {sample.step}
          {sample.tokens !== null && `, ${sample.tokens} tokens`}
          {sample.finish === "length" && <span class="warn"> cut off</span>}
        </span>
      </div>
      <Parts rewards={sample.rewards} part={part} />
      <p class="opening"><Visible text={text} />{text.length < sample.opening.length && "…"}</p>
    </article>
  )
}
