/** How wide an element is, for what is drawn by pixels. */
import { useEffect, useRef, useState } from "preact/hooks"

/** Pixels by which a width changes: not every one of them draws, and asks, anew. */
const grain = 50

/** The element's reference, and its width in pixels: 0 until it is known, and a multiple of 50. */
export const useWidth = () => {
  const box = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.max(250, Math.floor(entry!.contentRect.width / grain) * grain)))
    observer.observe(box.current!)
    return () => observer.disconnect()
  }, [])
  return [box, width] as const
}
