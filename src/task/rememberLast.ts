/**
 * A function of two texts that remembers its last result: the rewards of a sum look at the same sample one after the
 * other, and the parts that read the same thing of it should read it once.
 */
export const once = <A>(compute: (first: string, second: string) => A): (first: string, second: string) => A => {
  let key: readonly [string, string] | undefined
  let value: A | undefined
  return (first, second) => {
    if (key === undefined || key[0] !== first || key[1] !== second) {
      value = compute(first, second)
      key = [first, second]
    }
    return value as A
  }
}
