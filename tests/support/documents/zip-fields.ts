const centralSign = Buffer.from([0x50, 0x4b, 0x01, 0x02]);

/** Offsets within an entry of a ZIP archive's central directory (APPNOTE 4.3.12). */
const flagsAt = 8;
const inflatedSizeAt = 24;
const nameLengthAt = 28;
const offsetAt = 42;
const nameAt = 46;

/** The place of a part's entry in the central directory of an archive. */
function entryOf(archive: Buffer, name: string): number {
  for (let at = archive.indexOf(centralSign); at !== -1; at = archive.indexOf(centralSign, at + 1)) {
    const length = archive.readUInt16LE(at + nameLengthAt);
    if (archive.toString("utf8", at + nameAt, at + nameAt + length) === name) return at;
  }
  throw new Error(`no part ${name}`);
}

/** The archive, whose directory says another size of a part than it has. */
export function withSize(archive: Buffer, name: string, size: number): Buffer {
  const changed = Buffer.from(archive);
  changed.writeUInt32LE(size, entryOf(changed, name) + inflatedSizeAt);
  return changed;
}

/** The archive, whose directory says that a part is encrypted. */
export function asEncrypted(archive: Buffer, name: string): Buffer {
  const changed = Buffer.from(archive);
  const at = entryOf(changed, name) + flagsAt;
  changed.writeUInt16LE(changed.readUInt16LE(at) | 1, at);
  return changed;
}

/** The archive, whose directory says that a part begins where another does. */
export function withOffsetOf(archive: Buffer, name: string, other: string): Buffer {
  const changed = Buffer.from(archive);
  const offset = changed.readUInt32LE(entryOf(changed, other) + offsetAt);
  changed.writeUInt32LE(offset, entryOf(changed, name) + offsetAt);
  return changed;
}
