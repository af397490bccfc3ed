import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { type ZipWriter, zipStream } from "./zip-stream";

const piece = 64 * 1024;

/** Puts more into a zip than its buffers hold, and says how that ended. */
function writesForEver(ended: (how: "written" | "given up") => void) {
  return async (zip: ZipWriter) => {
    try {
      const part = await zip.begin("sheet.xml");
      // What does not pack fills every buffer on the way.
      for (let n = 0; n < 1_000; n += 1) await part.write(randomBytes(piece));
      await part.end();
      await zip.end();
      ended("written");
    } catch (error) {
      ended("given up");
      throw error;
    }
  };
}

it("a reader that stalls and then leaves lets the writer go, whatever it was waiting for", async () => {
  const how = await new Promise<string>((resolve, reject) => {
    const bytes = zipStream(writesForEver(resolve))[Symbol.asyncIterator]();
    const leave = async () => {
      await bytes.next();
      // Until nothing moves any more: each turn of the loop would let the packer go on if it could.
      for (let turn = 0; turn < 200; turn += 1) await new Promise((go) => setImmediate(go));
      await bytes.return?.(undefined);
    };
    leave().catch(reject);
  });
  expect(how).toBe("given up");
}, 10_000);

it("a reader that reads on gets all of it", async () => {
  let how = "";
  const write = async (zip: ZipWriter) => {
    const part = await zip.begin("sheet.xml");
    for (let n = 0; n < 40; n += 1) await part.write(randomBytes(piece));
    await part.end();
    await zip.end();
    how = "written";
  };
  let length = 0;
  for await (const chunk of zipStream(write)) length += chunk.length;
  expect(how).toBe("written");
  expect(length).toBeGreaterThan(40 * piece);
});
