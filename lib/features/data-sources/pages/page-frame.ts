/** A page as the process that reads pages is sent it. */
export interface PageTask {
  url: string;
  html: string;
}

/** The lengths of address and page in bytes, four bytes each, most significant first. */
const headerBytes = 8;

/**
 * A page on its way to the process: two lengths, then address and page in UTF-8. JSON would write a page of control
 * characters six times as long.
 */
export function framed({ url, html }: PageTask): Buffer {
  const urlBytes = Buffer.byteLength(url);
  const htmlBytes = Buffer.byteLength(html);
  const frame = Buffer.alloc(headerBytes + urlBytes + htmlBytes);
  frame.writeUInt32BE(urlBytes, 0);
  frame.writeUInt32BE(htmlBytes, 4);
  frame.write(url, headerBytes);
  frame.write(html, headerBytes + urlBytes);
  return frame;
}

/** The pages that come in, one after the other; one that breaks off is none. */
export async function* tasksIn(input: AsyncIterable<Buffer>): AsyncGenerator<PageTask> {
  let parts: Buffer[] = [];
  let held = 0;
  let awaited = headerBytes;
  for await (const part of input) {
    parts.push(part);
    held += part.length;
    while (held >= awaited) {
      const bytes = Buffer.concat(parts);
      parts = [bytes];
      const htmlAt = headerBytes + bytes.readUInt32BE(0);
      const end = htmlAt + bytes.readUInt32BE(4);
      if (held < end) {
        awaited = end;
        break;
      }
      parts = [bytes.subarray(end)];
      held -= end;
      awaited = headerBytes;
      yield { url: bytes.toString("utf8", headerBytes, htmlAt), html: bytes.toString("utf8", htmlAt, end) };
    }
  }
}
