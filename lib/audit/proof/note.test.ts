import { createPrivateKey, generateKeyPairSync, sign } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { propertyRuns } from "@/tests/support/property-runs";
import { fromBase64, toBase64 } from "./bytes";
import { checkpointText, parseCheckpoint, signCheckpoint } from "./checkpoint";
import "./node-primitives";
import { isSignedBy, type NoteSigner, parseNote, parseVerifierKey, signNote, verifierKey } from "./note";

// The example in the documentation of golang.org/x/mod/sumdb/note; its private key is public.
const vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const secret = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const text =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const signature =
  "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const enoch = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
const enochSignature =
  "\u2014 EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

function peter(): NoteSigner {
  const seed = Buffer.from(fromBase64(secret).slice(1));
  const prefix = Buffer.from("302e020100300506032b657004220420", "hex");
  const key = createPrivateKey({ key: Buffer.concat([prefix, seed]), format: "der", type: "pkcs8" });
  return { ...parseVerifierKey(vkey), sign: (message) => sign(null, message, key) };
}

function someSigner(name: string): NoteSigner {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const raw = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
  return { name, publicKey: new Uint8Array(raw), sign: (message) => sign(null, message, privateKey) };
}

describe("signed notes", () => {
  it("sign and verify the documented example, byte for byte", () => {
    expect(signNote(text, [peter()])).toBe(`${text}\n${signature}`);
    expect(verifierKey(parseVerifierKey(vkey))).toBe(vkey);
    const both = parseNote(`${text}\n${signature}${enochSignature}`);
    expect(both.text).toBe(text);
    expect(isSignedBy(both, parseVerifierKey(vkey))).toBe(true);
    expect(isSignedBy(both, parseVerifierKey(enoch))).toBe(true);
    expect(isSignedBy(parseNote(`${text}\n${signature}`), parseVerifierKey(enoch))).toBe(false);
  });

  it("a changed byte anywhere leaves no valid signature", () => {
    const note = Buffer.from(`${text}\n${signature}`);
    const key = parseVerifierKey(vkey);
    const survivors: number[] = [];
    for (let at = 0; at < note.length; at += 1) {
      for (const bit of [1, 4, 32, 128]) {
        const changed = Buffer.from(note);
        changed[at] = (changed[at] ?? 0) ^ bit;
        try {
          if (isSignedBy(parseNote(changed.toString("utf8")), key)) survivors.push(at);
        } catch {
          // Malformed: found too.
        }
      }
    }
    expect(survivors).toEqual([]);
  });

  it("a note of several lines, empty ones among them, reads back as its text", () => {
    const signers = [someSigner("one.example"), someSigner("two.example")];
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme" })), (lines) => {
        const body = `${lines.join("\n")}\n`;
        // biome-ignore lint/suspicious/noControlCharactersInRegex: what a note may not hold
        fc.pre(body.isWellFormed() && !/[\u0000-\u0009\u000b-\u001f\ufffd]/.test(body));
        const read = parseNote(signNote(body, signers));
        expect(read.text).toBe(body);
        expect(signers.every((signer) => isSignedBy(read, signer))).toBe(true);
        expect(isSignedBy(read, someSigner("one.example"))).toBe(false);
      }),
      { numRuns: propertyRuns(100) },
    );
  });

  it("of two signatures under one key the first counts", () => {
    const bad = signature.replace("x08go/ZJ", "x08go/ZK");
    expect(isSignedBy(parseNote(`${text}\n${signature}${bad}`), parseVerifierKey(vkey))).toBe(true);
    expect(isSignedBy(parseNote(`${text}\n${bad}${signature}`), parseVerifierKey(vkey))).toBe(false);
  });

  it("nothing is signed that could not be read back", () => {
    for (const wrong of ["", "no end", "tab\t\n", "cr\r\n", "nul\0\n", "\ufffd\n", "half \ud800\n"])
      expect(() => signNote(wrong, [peter()])).toThrow("cannot be signed");
    for (const name of ["", "a b", "a+b", "a\nb", "a\u00a0b", "a\u0085b", "\ud800"])
      expect(() => signNote(text, [someSigner(name)])).toThrow("cannot sign");
  });

  it.each([
    ["no signature", text],
    ["an empty list of them", `${text}\n`],
    ["no line end", `${text}\n${signature.trimEnd()}`],
    ["another dash", `${text}\n${signature.replace("\u2014", "-")}`],
    ["a plus in the name", `${text}\n${signature.replace("Peter", "Pe+er")}`],
    ["too short a signature", `${text}\n\u2014 PeterNeumann ${toBase64(new Uint8Array(4))}\n`],
    ["base64 that is not canonical", `${text}\n${signature.replace("nAM=", "nAN=")}`],
    ["base64 without padding", `${text}\n${signature.replace("nAM=", "nAM")}`],
    ["a carriage return", `${text}\n${signature.replace("\n", "\r\n")}`],
  ])("a note with %s is malformed", (_what, note) => {
    expect(() => parseNote(note)).toThrow();
  });

  it("a verifier key is refused when its id is of another name or key, or its type unknown", () => {
    for (const wrong of [
      vkey.replace("Peter", "Petra"),
      vkey.replace("c74f20a3", "c74f20a4"),
      vkey.replace("10TW", "10TX"),
      vkey.replace("+ARpc", "+AhpC"),
      "",
      "name",
      `${vkey}=`,
    ])
      expect(() => parseVerifierKey(wrong)).toThrow();
  });
});

describe("checkpoints", () => {
  const signer = someSigner("0123abcd");
  const root = new Uint8Array(32).fill(7);

  it("are three lines: name, size in decimal, root in base64", () => {
    expect(checkpointText({ origin: "0123abcd", size: 20_852_163, root })).toBe(
      "0123abcd\n20852163\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n",
    );
  });

  it("read back as they were signed; lines that others add below are skipped", () => {
    for (const size of [0, 1, 300, Number.MAX_SAFE_INTEGER]) {
      const note = signCheckpoint({ origin: "0123abcd", size, root }, [signer]);
      expect(parseCheckpoint(note)).toEqual({ origin: "0123abcd", size, root });
      expect(isSignedBy(parseNote(note), signer)).toBe(true);
    }
    const extended = signNote(`${checkpointText({ origin: "0123abcd", size: 3, root })}extension\n`, [
      signer,
    ]);
    expect(parseCheckpoint(extended).size).toBe(3);
  });

  it.each([
    ["no size", "o\n"],
    ["no root", "o\n1\n"],
    ["no name", `\n1\n${toBase64(root)}\n`],
    ["a sign", `o\n+1\n${toBase64(root)}\n`],
    ["a leading zero", `o\n01\n${toBase64(root)}\n`],
    ["another base", `o\n0x1\n${toBase64(root)}\n`],
    ["a size that a number cannot hold", `o\n9007199254740993\n${toBase64(root)}\n`],
    ["a short root", `o\n1\n${toBase64(root.slice(1))}\n`],
    ["a root in hexadecimal", `o\n1\n${"07".repeat(32)}\n`],
  ])("with %s are malformed", (_what, body) => {
    expect(() => parseCheckpoint(signNote(body, [signer]))).toThrow();
  });
});
