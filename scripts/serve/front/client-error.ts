import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { rawSecurityHeaders } from "./security-headers";

const STATUS_OF: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/**
 * Answers what Node's parser refused (malformed, smuggled or oversized headers, too slow a sender) and closes.
 *
 * @param answering true while an answer to an earlier request is on its way on this connection: a second one in the
 *   middle of it would be taken for a part of it
 */
export function refuseUnparsed(error: NodeJS.ErrnoException, socket: Duplex, answering: boolean): void {
  if (!socket.writable || error.code === "ECONNRESET" || answering) {
    socket.destroy();
    return;
  }
  const status = STATUS_OF[error.code ?? ""] ?? 400;
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Bad Request"}`,
    "connection: close",
    "content-length: 0",
    ...rawSecurityHeaders(),
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n`, () => socket.destroy());
}
