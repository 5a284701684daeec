/** Amounts of bytes as a person says them. */

const units = ["B", "kB", "MB", "GB", "TB"]

/** `7.5 GB`; units of a thousand, as disks and the hub count. */
export const inBytes = (bytes: number): string => {
  const unit = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)))
  const value = bytes / 1000 ** unit
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}
