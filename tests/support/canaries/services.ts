import { generateKeyPairSync, randomBytes } from "node:crypto";
import type { IntegrationType } from "@/lib/access/integration-types";
import { canary } from "@/tests/support/canaries/forms";
import { startConfluence } from "@/tests/support/stand-ins/confluence";
import type { AskedRequest, ContentServer, GivenAnswer } from "@/tests/support/stand-ins/content-server";
import { startDiscord } from "@/tests/support/stand-ins/discord";
import { githubLogin, startGithub } from "@/tests/support/stand-ins/github";
import { startJira } from "@/tests/support/stand-ins/jira";
import { startSlack } from "@/tests/support/stand-ins/slack";
import { startZendesk } from "@/tests/support/stand-ins/zendesk";

/** A stand-in that takes credentials which nobody else has. */
export interface StartedService {
  server: ContentServer;
  /** The form's fields that it takes, without its address. */
  login: Record<string, string>;
  /** What it gives out itself. */
  given?: Record<string, string>;
  /** Secrets of the guru that the form's fields name, by their names. */
  stored?: Record<string, string>;
}

export interface CanaryService {
  type: IntegrationType;
  /** @param open other values of the fields that are no secret */
  start(open?: Record<string, string>): Promise<StartedService>;
  /** The form's fields that are no secret. */
  open: readonly string[];
  /** What a backfill job asks it for. */
  job: Record<string, string>;
  /** A conversation that its bot answers in. */
  place?: { channel: string; thread: string };
  /** Requests before the one that is to go wrong: GitHub is asked for a token first, and then with that. */
  skips: readonly number[];
}

const email = "i.berg@halden.example";
const tokenLogin = (kind: string, open = {}) => ({ email, apiToken: `${canary(kind)}=/+`, ...open });
/** As Slack's own words for what is wrong are: letters alone. */
const letters = () =>
  randomBytes(9)
    .toString("hex")
    .replace(/\d/g, (digit) => "ghijklmnop"[Number(digit)] ?? "");
const today = new Date().toISOString();

export const canaryServices: readonly CanaryService[] = [
  {
    type: "SLACK",
    async start() {
      const login = { botToken: `xoxb_canary_${letters()}`, signingSecret: canary("signing") };
      const server = await startSlack(login);
      const ts = `${Math.floor(Date.now() / 1_000) - 60}.000100`;
      server.posts.push({ channel: "C0SUPPORT", user: "U0TUVA001", ts, text: "How is it rolled back?" });
      return { server, login };
    },
    open: [],
    job: { query: "#support", days: "30" },
    place: { channel: "C0SUPPORT", thread: "1700000000.000100" },
    skips: [0],
  },
  {
    type: "DISCORD",
    async start() {
      const login = { botToken: `MTAw.${canary("discord")}` };
      const server = await startDiscord(login);
      server.say("501", "How is it rolled back?");
      return { server, login };
    },
    open: [],
    job: { query: "#support", days: "3650" },
    place: { channel: "501", thread: "1100000000000000001" },
    skips: [0],
  },
  {
    type: "GITHUB",
    async start(open = {}) {
      const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
      const login = {
        ...githubLogin,
        privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString().trim(),
        webhookSecret: canary("webhook"),
        ...open,
      };
      const given = { installationToken: `ghs_${canary("installation")}` };
      const server = await startGithub(login, given.installationToken);
      server.issues.push({ number: 12, title: "Rollback", body: "How?", updated_at: today });
      return { server, login, given };
    },
    open: ["appId", "installationId"],
    job: { query: "Halden/gateway" },
    place: { channel: "halden/gateway", thread: "12" },
    skips: [0, 1],
  },
  {
    type: "JIRA",
    async start(open) {
      const login = tokenLogin("jira", open);
      const server = await startJira(login);
      server.issues.push({ id: "10001", key: "DOCS-1", summary: "Rollback", updated: today });
      return { server, login };
    },
    open: ["email"],
    job: { query: "project = DOCS" },
    skips: [0],
  },
  {
    type: "CONFLUENCE",
    async start(open) {
      const login = tokenLogin("confluence", open);
      const server = await startConfluence(login);
      server.pages.push({ id: "1", title: "Rollback", version: 1, html: "<p>With the lever.</p>" });
      return { server, login };
    },
    open: ["email"],
    job: { query: "space = DOCS" },
    skips: [0],
  },
  {
    type: "ZENDESK",
    async start(open) {
      const login = tokenLogin("zendesk", open);
      const server = await startZendesk(login);
      server.tickets.push({ id: 1, subject: "Rollback", updated_at: today, comments: [{ text: "How?" }] });
      return { server, login };
    },
    open: ["email"],
    job: { query: "status:solved", contentType: "tickets" },
    skips: [0],
  },
];

/** The same, whose fields that are no secret otherwise name secrets of the guru. */
export const namedCanaryServices: readonly CanaryService[] = canaryServices
  .filter(({ open }) => open.length > 0)
  .map((service) => ({ ...service, open: [], start: () => startedWithNames(service) }));

async function startedWithNames({ open, start }: CanaryService): Promise<StartedService> {
  const values = open.map((field) => ({ field, name: `${field}_${letters()}`, value: openCanary(field) }));
  const started = await start(Object.fromEntries(values.map(({ field, value }) => [field, value])));
  const named = Object.fromEntries(values.map(({ field, name }) => [field, `{${name}}`]));
  const stored = Object.fromEntries(values.map(({ name, value }) => [name, value]));
  return { ...started, login: { ...started.login, ...named }, stored };
}

/** As the service takes it: an address, or a number. */
const openCanary = (field: string) =>
  field === "email"
    ? `${canary("Email")}@halden.example`
    : String(BigInt(`0x${randomBytes(7).toString("hex")}`) + 10n ** 17n);

/** What a request came with, as a careless service says it back: the header, its value, and what that is made of. */
function wordsOf({ headers, path }: AskedRequest): string {
  const header = headers.authorization ?? "";
  const value = header.replace(/^\w+ /, "");
  const [, claims, signature] = value.split(".");
  const signed = signature === undefined ? "" : Buffer.from(claims ?? "", "base64url").toString();
  const plain = header.startsWith("Basic ") ? Buffer.from(value, "base64").toString() : value;
  return `no, not with ${value}, ${header}, ${plain}, ${signed} or ${encodeURIComponent(plain)} at ${path}`;
}

/** Wherever a service says what is wrong. */
function bodyOf(request: AskedRequest): object {
  const words = wordsOf(request);
  const { headers, body } = request;
  const said = { message: words, description: words, error: words };
  return { ok: false, ...said, errorMessages: [words], errors: { [words]: words }, sent: { headers, body } };
}

type Trouble = (request: AskedRequest) => GivenAnswer;

const refusal =
  (status: number, headers: Record<string, string> = {}): Trouble =>
  (request) => ({
    status,
    headers: { ...headers, "www-authenticate": `Basic realm="${request.headers.authorization}"` },
    json: bodyOf(request),
  });

const malformed: Trouble = (request) => ({ text: `{"results": ["${wordsOf(request)}"` });

/** After which nothing is tried again by itself. */
export const finalEchoes: readonly Trouble[] = [refusal(401), malformed];

/** Each way in which a service can repeat to us what we sent it, and not do what it was asked. */
export const echoes: readonly Trouble[] = [
  ...finalEchoes,
  ...[400, 403, 404, 418, 422, 500, 503].map((status) => refusal(status)),
  refusal(429, { "retry-after": "7200" }),
  // JSON of another shape.
  (request) => ({ json: bodyOf(request) }),
  (request) => ({ json: [bodyOf(request)] }),
  ({ headers }) => ({ json: { ok: false, error: headers.authorization?.replace(/^\w+ /, "") } }),
  ({ headers }) => {
    const token = encodeURIComponent(headers.authorization ?? "");
    return { status: 302, headers: { location: `http://${token}:${token}@127.0.0.1:9/?${token}` }, json: {} };
  },
];

/** An account whose every name repeats what was sent, so that the credentials are taken. */
export const echoedAccount =
  (type: IntegrationType): Trouble =>
  (request) => {
    const words = wordsOf(request);
    const names = { name: words, displayName: words, username: words, slug: words, team: words };
    const ids = { id: type === "ZENDESK" ? 1 : words, team_id: words, user_id: words };
    const user = type === "ZENDESK" ? { id: 1, name: words, email: words } : words;
    const token = { token: "ghs_of-another", expires_at: today };
    return { json: { ok: true, ...names, ...ids, ...token, user, account: { login: words } } };
  };
