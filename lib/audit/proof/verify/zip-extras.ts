const zip64 = 0x0001;
/**
 * Extra fields (APPNOTE 6.3, 4.5 and 4.6) that give an entry no other name and no other content: sizes of 64 bits, times as
 * Unix and as Windows keep them, owners. Others do: 0x7075 is a second name, which some programs prefer.
 */
const harmless = [zip64, 0x5455, 0x7875, 0x000a];

/**
 * The extra fields of an entry's header.
 * @returns the values of 64 bits, none where it has no such field; null where a field is not known to be harmless, stands
 * there twice or is cut off
 */
export function readExtras(bytes: DataView): bigint[] | null {
  const seen = new Set<number>();
  const wide: bigint[] = [];
  let at = 0;
  while (at < bytes.byteLength) {
    if (at + 4 > bytes.byteLength) return null;
    const id = bytes.getUint16(at, true);
    const ends = at + 4 + bytes.getUint16(at + 2, true);
    if (ends > bytes.byteLength || !harmless.includes(id) || seen.has(id)) return null;
    seen.add(id);
    if (id === zip64) {
      if ((ends - at - 4) % 8 !== 0 || ends === at + 4) return null;
      for (let value = at + 4; value < ends; value += 8) wide.push(bytes.getBigUint64(value, true));
    }
    at = ends;
  }
  return wide;
}
