import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** What the front found out about a request. */
export type ClientFacts = {
  ip: string;
  requestId: string;
  proto: "http" | "https";
  /** The host that the browser addressed, with its port if it is not the default one. */
  host: string;
};

/**
 * When a server action redirects, Next fetches the target page from this very server, with the headers of the
 * action's request. To the front that is a request from loopback, and what the page records would carry the
 * server's own address. So each request carries its facts in a private header with a random name, signed with a key
 * of this process: found on a request that comes from this machine, they are the facts of that request too.
 */
export type Relay = {
  headerName: string;
  seal: (facts: ClientFacts) => string;
  open: (headers: IncomingHttpHeaders) => ClientFacts | null;
};

export function createRelay(): Relay {
  const headerName = `x-gl-${randomBytes(16).toString("hex")}`;
  const key = randomBytes(32);
  const sign = (text: string) => createHmac("sha256", key).update(text).digest("base64url");
  return {
    headerName,
    seal(facts) {
      const text = Buffer.from(JSON.stringify(facts)).toString("base64url");
      return `${text}.${sign(text)}`;
    },
    open(headers) {
      const value = headers[headerName];
      if (typeof value !== "string") return null;
      const [text = "", signature = ""] = value.split(".");
      const [given, right] = [Buffer.from(signature), Buffer.from(sign(text))];
      if (given.length !== right.length || !timingSafeEqual(given, right)) return null;
      return JSON.parse(Buffer.from(text, "base64url").toString()) as ClientFacts;
    },
  };
}
