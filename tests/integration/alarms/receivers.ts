import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { SMTPServer } from "smtp-server";

export interface ReceivedMail {
  from: string;
  to: string[];
  /** Headers and text as they came over the wire. */
  raw: string;
}

export interface MailReceiver {
  url: string;
  mails: ReceivedMail[];
  /** What it says to the next mails instead of taking them; null takes them. */
  refuseWith: { code: number; text: string } | null;
  close(): Promise<void>;
}

/** A mail server on loopback that keeps what it gets. */
export async function startMailReceiver(): Promise<MailReceiver> {
  const receiver: MailReceiver = { url: "", mails: [], refuseWith: null, close: async () => {} };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    onData(stream, session, done) {
      buffer(stream).then((data) => {
        const { refuseWith } = receiver;
        if (refuseWith)
          return done(Object.assign(new Error(refuseWith.text), { responseCode: refuseWith.code }));
        const { mailFrom, rcptTo } = session.envelope;
        receiver.mails.push({
          from: mailFrom ? mailFrom.address : "",
          to: rcptTo.map((r) => r.address),
          raw: data.toString("utf8"),
        });
        done();
      }, done);
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  receiver.url = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  receiver.close = () => new Promise((resolve) => server.close(() => resolve()));
  return receiver;
}

export interface ReceivedPost {
  headers: IncomingHttpHeaders;
  body: string;
}

export interface HttpReceiver {
  url: string;
  posts: ReceivedPost[];
  /** How it answers the next posts. */
  answer: (response: ServerResponse) => void;
  close(): Promise<void>;
}

/** A web server on loopback that keeps what is posted to it. */
export async function startHttpReceiver(): Promise<HttpReceiver> {
  const receiver: HttpReceiver = {
    url: "",
    posts: [],
    answer: (response) => response.writeHead(204).end(),
    close: async () => {},
  };
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    buffer(request).then(
      (body) => {
        receiver.posts.push({ headers: request.headers, body: body.toString("utf8") });
        receiver.answer(response);
      },
      () => response.destroy(),
    );
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/alarms`;
  receiver.close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return receiver;
}
