import { concatBytes, fromBase64, toBase64, toHex, utf8 } from "./bytes";
import { sha256, verifyEd25519 } from "./primitives";

/** Signature type 1 of the C2SP signed-note format: Ed25519. */
const ed25519Type = Uint8Array.of(1);

/** The public half of a signing key under a name. */
export interface NoteKey {
  name: string;
  /** Raw 32 bytes. */
  publicKey: Uint8Array;
}

export interface NoteSigner extends NoteKey {
  /** Ed25519 over the message. */
  sign(message: Uint8Array): Uint8Array;
}

export interface NoteSignature {
  name: string;
  /** Four bytes, hexadecimal. */
  keyId: string;
  signature: Uint8Array;
}

/** A note: its text, which ends in a newline, and the signatures under it. */
export interface Note {
  text: string;
  signatures: NoteSignature[];
}

/** SHA-256(name ‖ 0x0A ‖ 0x01 ‖ key), its first four bytes; C2SP signed-note. */
export function noteKeyId({ name, publicKey }: NoteKey): Uint8Array {
  return sha256(concatBytes(utf8(name), Uint8Array.of(10), ed25519Type, publicKey)).slice(0, 4);
}

/** A verifier key as the C2SP tools write it: `<name>+<id>+<key>`. */
export function verifierKey(key: NoteKey): string {
  return `${key.name}+${toHex(noteKeyId(key))}+${toBase64(concatBytes(ed25519Type, key.publicKey))}`;
}

/** @throws when the text is no verifier key of type Ed25519, or its id is not that of the key */
export function parseVerifierKey(text: string): NoteKey {
  const [, name, id, base64] = /^([^+\s\u0085]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text.trim()) ?? [];
  if (!name || !id || !base64) throw new Error("not a verifier key: <name>+<8 hex digits>+<base64>");
  const bytes = fromBase64(base64);
  if (bytes.length !== 33 || bytes[0] !== 1) throw new Error("not an Ed25519 verifier key");
  const key = { name, publicKey: bytes.slice(1) };
  if (toHex(noteKeyId(key)) !== id) throw new Error("the verifier key's id is not that of its key");
  return key;
}

/**
 * Signs a text with every signer, the first first.
 * @param text ends in a newline; holds no empty line at its end and no control character but newlines
 * @throws when the text cannot be a note
 */
export function signNote(text: string, signers: NoteSigner[]): string {
  if (!text.endsWith("\n") || !isNoteText(text)) throw new Error("this text cannot be signed as a note");
  const lines = signers.map((signer) => {
    if (!isKeyName(signer.name)) throw new Error("this name cannot sign a note");
    const signature = concatBytes(noteKeyId(signer), signer.sign(utf8(text)));
    return `\u2014 ${signer.name} ${toBase64(signature)}\n`;
  });
  return `${text}\n${lines.join("")}`;
}

/** As the format has it: not empty, no white space, no plus sign. */
function isKeyName(name: string): boolean {
  return name.isWellFormed() && /^[^\s\u0085+]+$/.test(name);
}

/** Well-formed too: half a pair would be signed as U+FFFD, which is another text. */
function isNoteText(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the format forbids exactly these
  return text.isWellFormed() && !/[\u0000-\u0009\u000b-\u001f\ufffd]/.test(text);
}

/** @throws when the text is not a note of the C2SP signed-note format; signatures are not checked */
export function parseNote(note: string): Note {
  if (!isNoteText(note)) throw new Error("malformed note: control characters");
  const cut = note.lastIndexOf("\n\n");
  if (cut < 0 || !note.endsWith("\n")) throw new Error("malformed note: no signatures");
  const signatures = note
    .slice(cut + 2, -1)
    .split("\n")
    .map((line) => {
      const [, name, base64] = /^\u2014 ([^\s\u0085+]+) (\S+)$/.exec(line) ?? [];
      if (!name || !base64) throw new Error("malformed note: a signature line");
      const bytes = fromBase64(base64);
      if (bytes.length < 5) throw new Error("malformed note: a signature");
      return { name, keyId: toHex(bytes.slice(0, 4)), signature: bytes.slice(4) };
    });
  return { text: note.slice(0, cut + 1), signatures };
}

/** Whether the note carries a valid signature of this key; of several under its id the first counts, as for others. */
export function isSignedBy(note: Note, key: NoteKey): boolean {
  const id = toHex(noteKeyId(key));
  const own = note.signatures.find((s) => s.name === key.name && s.keyId === id);
  return own !== undefined && verifyEd25519(key.publicKey, utf8(note.text), own.signature);
}
