import { gzipSync } from "node:zlib";
import { begin, refuses, type StandInModel, send } from "@/tests/support/stand-in-model";

/** What can go wrong with a model: its server's doing, what the person is told, and the text that has come till then. */
export const modelTroubles: [string, Parameters<StandInModel["answers"]>[0], RegExp, string][] = [
  ["a refused key (401)", refuses(401), /does not accept Gurulog's key.*LLM_API_KEY/, ""],
  ["a refused key (403)", refuses(403), /does not accept Gurulog's key/, ""],
  ["an unknown model (404)", refuses(404), /does not know the model or the address.*LLM_MODEL/, ""],
  ["a refused question (400)", refuses(400), /did not take the question \(400\)/, ""],
  ["too many questions (429)", refuses(429), /too much to do. Ask again in a while/, ""],
  ["too many questions, with a time", refuses(429, { "retry-after": "30" }), /Ask again in 30 seconds/, ""],
  [
    "too many questions, with a long time",
    refuses(429, { "retry-after": "600" }),
    /Ask again in 10 minutes/,
    "",
  ],
  ["a fault of the server (500)", refuses(500), /fault of its own/, ""],
  ["a gateway that is down (502)", refuses(502), /fault of its own/, ""],
  ["a redirect", refuses(307, { location: "http://127.0.0.1:9/v1" }), /does not follow.*LLM_BASE_URL/, ""],
  [
    "a connection that is cut before it begins",
    (response) => void response.destroy(),
    /cannot be reached/,
    "",
  ],
  [
    "a stream that just ends",
    (response) => {
      begin(response);
      send(response, "To roll back,");
      response.end();
    },
    /connection to the language model broke/,
    "To roll back,",
  ],
  [
    "a chunk that is no JSON",
    (response) => {
      begin(response);
      send(response, "To");
      response.end("data: {no json\n\n");
    },
    /something that is no answer/,
    "To",
  ],
  [
    "a named chunk that is no JSON",
    (response, { headers }) => {
      begin(response);
      send(response, "To");
      response.end(`event: thread.message.delta\ndata: ${headers.authorization}\n\n`);
    },
    /something that is no answer/,
    "To",
  ],
  [
    "chunks of another shape",
    (response) => {
      begin(response);
      for (const odd of ["null", "[]", '"text"', '{"choices":{}}', '{"choices":[]}'])
        response.write(`data: ${odd}\n\n`);
      response.end("data: [DONE]\n\n");
    },
    /something that is no answer/,
    "",
  ],
  [
    "an error inside the stream",
    (response, { headers }) => {
      begin(response);
      response.end(`data: {"error":{"message":"${headers.authorization} is over its quota","code":429}}\n\n`);
    },
    /fault of its own/,
    "",
  ],
  [
    "a page instead of a stream",
    (response) => void response.writeHead(200, { "content-type": "text/html" }).end("<h1>Sign in</h1>"),
    /something that is no answer/,
    "",
  ],
  [
    "a compressed body, though none was asked for",
    (response) =>
      void response
        .writeHead(200, { "content-type": "text/event-stream", "content-encoding": "gzip" })
        .end(gzipSync("data: {}\n\n")),
    /something that is no answer/,
    "",
  ],
  [
    "an endless line",
    (response) => {
      begin(response);
      const piece = "x".repeat(65_536);
      const more = () => {
        while (!response.destroyed && response.write(piece));
        response.once("drain", more);
      };
      more();
    },
    /more than Gurulog takes/,
    "",
  ],
  [
    "an endless answer of empty events",
    (response) => {
      begin(response);
      const more = () => {
        while (!response.destroyed && response.write(": still there\n\n".repeat(4_000)));
        response.once("drain", more);
      };
      more();
    },
    /more than Gurulog takes/,
    "",
  ],
  ...[[], ["<think>They ask", " how to"], ["<think>Well.</think>", "\n\n"], ['"']].map(
    (pieces): (typeof modelTroubles)[number] => [
      `a limit that it comes to before its answer: ${JSON.stringify(pieces)}`,
      (response) => {
        begin(response);
        for (const piece of pieces) send(response, piece);
        send(response, "", "length");
        response.end("data: [DONE]\n\n");
      },
      /came to its limit before it wrote an answer/,
      "",
    ],
  ),
  [
    "an answer that is held back",
    (response) => {
      begin(response);
      send(response, "", "content_filter");
      response.end("data: [DONE]\n\n");
    },
    /held the answer back/,
    "",
  ],
];
