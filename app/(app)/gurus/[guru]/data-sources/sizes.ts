/** A size for people: whole bytes, then one decimal of the next unit, 1 kB = 1,024 bytes. */
export function sizeInWords(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`;
  if (bytes < 1_024 ** 2) return `${(bytes / 1_024).toFixed(1)} kB`;
  return `${(bytes / 1_024 ** 2).toFixed(1)} MB`;
}
