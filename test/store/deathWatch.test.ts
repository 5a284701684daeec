import { assert, describe, it } from "vitest"
import { deathWatch, silence } from "../../src/store/journal/deathWatch.ts"

const here = { id: "a", machine: "here", pid: 1, beat: 0 }

/** A watch on machine `here`, where `living` are the processes, with a clock that is set by hand. */
const watchWith = (living: ReadonlyArray<number>) => {
  let time = 0
  const dead = deathWatch("here", () => time, (pid) => living.includes(pid))
  return { dead, wait: (millis: number) => void (time += millis) }
}

describe("a process", () => {
  it("is dead at once when it is gone from this machine", () => {
    const { dead } = watchWith([1])
    assert.deepStrictEqual(dead([here, { ...here, id: "b", pid: 2 }]), ["b"])
  })

  it("lives as long as it is heard of, whatever its number means here", () => {
    const { dead, wait } = watchWith([])
    for (let beat = 0; beat < 100; beat++) {
      assert.deepStrictEqual(dead([{ ...here, machine: "elsewhere", beat }]), [])
      wait(silence - 1)
    }
  })

  it("is dead when it was silent for too long while somebody listened, and its own clock is of no matter", () => {
    const { dead, wait } = watchWith([1])
    assert.deepStrictEqual(dead([here]), [])
    for (let look = 0; look < 4; look++) {
      wait(silence / 4)
      assert.deepStrictEqual(dead([here]), [])
    }
    wait(1)
    assert.deepStrictEqual(dead([here]), ["a"])
    assert.deepStrictEqual(dead([{ ...here, beat: 1 }]), [], "it was only stopped")
  })

  it("is not dead because who listens was stopped, with all of its machine perhaps", () => {
    const { dead, wait } = watchWith([1])
    assert.deepStrictEqual(dead([here]), [])
    wait(10 * silence)
    assert.deepStrictEqual(dead([here]), [])
  })

  it("is watched from when it is first seen", () => {
    const { dead, wait } = watchWith([1])
    wait(10 * silence)
    assert.deepStrictEqual(dead([here]), [])
  })
})
