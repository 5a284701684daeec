/** A picture with its boxes, which can be magnified and moved: by buttons, by double click and dragging, and by keys. */
import { useSignal } from "@preact/signals"
import { useEffect, useRef } from "preact/hooks"
import { beginning, plain } from "./marks.ts"
import { moved, type Window, whole, zoomed } from "./window.ts"

export interface PictureBox {
  readonly role: "true" | "predicted"
  readonly label: string
  /** Left, top, right, bottom in pixels of the picture. */
  readonly corners: readonly [number, number, number, number]
}

interface Props {
  readonly src: string
  /** What is to be seen, for who cannot see it. */
  readonly alt: string
  readonly width: number
  readonly height: number
  readonly boxes: ReadonlyArray<PictureBox>
  /** Whether labels stand beside the boxes. */
  readonly labels?: boolean
  readonly window?: Window
  /** Makes it one that can be magnified. */
  readonly onWindow?: (window: Window) => void
}

const longestLabel = 32

/** Pixels of the screen that an element has, which lines and letters are measured by. */
const useSize = (ref: { readonly current: Element | null }): { readonly width: number; readonly height: number } => {
  const size = useSignal({ width: 300, height: 300 })
  useEffect(() => {
    const element = ref.current
    if (element === null) return
    const observer = new ResizeObserver(([entry]) => (size.value = { width: Math.max(1, entry!.contentRect.width), height: Math.max(1, entry!.contentRect.height) }))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return size.value
}

/** A box cut to its picture, in pixels of it. */
interface Placed {
  readonly box: PictureBox
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

const cut = (value: number, most: number): number => Math.max(0, Math.min(value, most))

const placed = (box: PictureBox, picture: { readonly width: number; readonly height: number }): Placed => {
  const [x1, y1, x2, y2] = box.corners
  const [left, right] = [cut(Math.min(x1, x2), picture.width), cut(Math.max(x1, x2), picture.width)]
  const [top, bottom] = [cut(Math.min(y1, y2), picture.height), cut(Math.max(y1, y2), picture.height)]
  return { box, x: left, y: top, width: right - left, height: bottom - top }
}

const Frame = ({ at: { box, ...at } }: { readonly at: Placed }) => (
  <g class={`box ${box.role}`}>
    <title>{`${box.role}: ${plain(box.label)}`}</title>
    <rect class="halo" {...at} vector-effect="non-scaling-stroke" />
    <rect class="frame" {...at} vector-effect="non-scaling-stroke" />
  </g>
)

interface LabelProps {
  readonly at: Placed
  /** Height of letters, in pixels of the picture. */
  readonly letters: number
  readonly picture: { readonly width: number; readonly height: number }
}

/** True labels stand above their boxes and predicted ones below, so that both can be read of a box that was hit. */
const Label = ({ at: { box, height, x, y }, letters, picture }: LabelProps) => {
  const text = plain(beginning(box.label, longestLabel))
  const [wide, high] = [(text.length * 0.6 + 0.6) * letters, 1.35 * letters]
  const left = cut(x, picture.width - wide)
  const top = box.role === "true" ? cut(y - high, picture.height) : cut(y + height, picture.height - high)
  return (
    <g class={`box ${box.role}`} aria-hidden="true">
      <rect class="ground" x={left} y={top} width={wide} height={high} />
      <text x={left + 0.3 * letters} y={top + letters} font-size={letters}>{text}</text>
    </g>
  )
}

/** What keys do with a window that has the focus. */
const byKey: { readonly [key: string]: (window: Window) => Window } = {
  "+": (window) => zoomed(window, 1.5),
  "=": (window) => zoomed(window, 1.5),
  "-": (window) => zoomed(window, 1 / 1.5),
  "0": () => whole,
  ArrowLeft: (window) => moved(window, -0.2, 0),
  ArrowRight: (window) => moved(window, 0.2, 0),
  ArrowUp: (window) => moved(window, 0, -0.2),
  ArrowDown: (window) => moved(window, 0, 0.2)
}

export const Picture = ({ alt, boxes, height, labels = true, onWindow, src, width, window = whole }: Props) => {
  const ref = useRef<SVGSVGElement>(null)
  const failed = useSignal(false)
  const size = useSize(ref)
  useEffect(() => {
    failed.value = false
  }, [src])
  const [seenWidth, seenHeight] = [width / window.scale, height / window.scale]
  const [left, top] = [width * window.x - seenWidth / 2, height * window.y - seenHeight / 2]
  const all = boxes.map((box) => placed(box, { width, height }))
  /** A pixel of the screen in pixels of the picture. */
  const pixel = Math.max(seenWidth / size.width, seenHeight / size.height)
  /** Where the pointer is, as shares of what is seen: the picture stands in the middle of its element. */
  const at = (event: MouseEvent) => {
    const { height, left, top, width } = ref.current!.getBoundingClientRect()
    return { x: 0.5 + (event.clientX - left - width / 2) * pixel / seenWidth, y: 0.5 + (event.clientY - top - height / 2) * pixel / seenHeight }
  }
  const inPicture = (event: MouseEvent) => {
    const point = at(event)
    return { x: (left + point.x * seenWidth) / width, y: (top + point.y * seenHeight) / height }
  }
  const drag = (event: PointerEvent) => {
    if (window.scale === 1 || event.button !== 0) return
    const [start, from] = [at(event), window]
    const move = (event: PointerEvent) => {
      const now = at(event)
      onWindow?.(moved(from, start.x - now.x, start.y - now.y))
    }
    const element = ref.current!
    element.setPointerCapture(event.pointerId)
    element.addEventListener("pointermove", move)
    for (const end of ["pointerup", "pointercancel"]) {
      element.addEventListener(end, () => element.removeEventListener("pointermove", move), { once: true })
    }
  }
  const key = (event: KeyboardEvent) => {
    const change = event.ctrlKey || event.metaKey || event.altKey ? undefined : byKey[event.key]
    if (change === undefined || onWindow === undefined) return
    event.preventDefault()
    event.stopPropagation()
    onWindow(change(window))
  }
  const svg = (
    <svg
      ref={ref}
      class={`picture${window.scale > 1 ? " near" : ""}`}
      role="img"
      aria-label={alt}
      viewBox={`${left} ${top} ${seenWidth} ${seenHeight}`}
      {...(onWindow === undefined ? {} : {
        tabindex: 0,
        onKeyDown: key,
        onPointerDown: drag,
        onDblClick: (event: MouseEvent) => onWindow(zoomed(window, 2, inPicture(event)))
      })}
    >
      {failed.value
        ? <text x={left + seenWidth / 2} y={top + seenHeight / 2} font-size={13 * pixel} text-anchor="middle" class="lost">the picture cannot be shown</text>
        : <image href={src} width={width} height={height} preserveAspectRatio="none" class={pixel < 0.5 ? "sharp" : undefined} onError={() => (failed.value = true)} />}
      {all.map((at, i) => <Frame key={i} at={at} />)}
      {labels && all.map((at, i) => <Label key={i} at={at} letters={12 * pixel} picture={{ width, height }} />)}
    </svg>
  )
  if (onWindow === undefined) return svg
  return (
    <div class="pictured">
      {svg}
      <div class="zoom" role="group" aria-label="Magnify">
        <button type="button" aria-label="Larger" title="Larger (+)" onClick={() => onWindow(zoomed(window, 1.5))}>+</button>
        <button type="button" aria-label="Smaller" title="Smaller (-)" disabled={window.scale === 1} onClick={() => onWindow(zoomed(window, 1 / 1.5))}>−</button>
        <button type="button" aria-label="The whole picture" title="The whole picture (0)" disabled={window.scale === 1} onClick={() => onWindow(whole)}>⤢</button>
      </div>
    </div>
  )
}
