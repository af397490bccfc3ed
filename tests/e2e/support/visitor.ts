/** What a browser without JavaScript does, with headers of one's own: for flows that no real browser can be put into. */
export interface Visitor {
  /** Cookies as they stand: name → value. */
  cookies: Map<string, string>;
  /** `Set-Cookie` lines of the last answer. */
  setCookies: string[];
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  /** Opens a page and fills nothing in yet. @returns what sends its form of that accessible name */
  open(path: string, form: string): Promise<(fields: Record<string, string>) => Promise<Response>>;
  /** Fills in the form of that accessible name on a page and sends it. */
  submit(path: string, form: string, fields: Record<string, string>): Promise<Response>;
  send(path: string, init: RequestInit): Promise<Response>;
}

interface VisitorOptions {
  /** Where the socket connects to. */
  address: string;
  /** What the browser believes to visit: the Origin of its posts. */
  origin?: string;
  /** Sent with every request. */
  headers?: Record<string, string>;
}

export function visitor({ address, origin = address, headers = {} }: VisitorOptions): Visitor {
  const cookies = new Map<string, string>();
  const made: Visitor = {
    cookies,
    setCookies: [],
    async send(path, init) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const answer = await fetch(`${address}${path}`, {
        redirect: "manual",
        ...init,
        headers: { ...headers, ...(cookie ? { cookie } : {}), ...init.headers },
      });
      made.setCookies = answer.headers.getSetCookie();
      for (const line of made.setCookies) {
        const [pair = ""] = line.split(";");
        cookies.set(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1));
      }
      return answer;
    },
    get: (path, more = {}) => made.send(path, { headers: more }),
    async open(path, form) {
      const hidden = hiddenFields(await (await made.get(path)).text(), form);
      return (fields) => {
        const body = new FormData();
        for (const [name, value] of [...hidden, ...Object.entries(fields)]) body.set(name, value);
        return made.send(path, { method: "POST", body, headers: { origin } });
      };
    },
    submit: async (path, form, fields) => (await made.open(path, form))(fields),
  };
  return made;
}

function hiddenFields(page: string, form: string): [string, string][] {
  const [, inside] = new RegExp(`<form[^>]* aria-label="${form}"[^>]*>(.*?)</form>`, "s").exec(page) ?? [];
  if (inside === undefined) throw new Error(`no form "${form}" on the page:\n${page.slice(0, 2_000)}`);
  return [...inside.matchAll(/<input type="hidden"([^>]*)>/g)].map(([, attributes = ""]) => [
    attributeOf(attributes, "name"),
    attributeOf(attributes, "value"),
  ]);
}

function attributeOf(attributes: string, name: string): string {
  return decoded(new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? "");
}

const entities: Record<string, string> = { quot: '"', amp: "&", lt: "<", gt: ">", "#x27": "'", "#39": "'" };

function decoded(text: string): string {
  return text.replace(/&(#?\w+);/g, (whole, name: string) => entities[name] ?? whole);
}

interface FullEvent {
  id: string;
  action: string;
  operation: string;
  actorType: string;
  actorId: string;
  actorEmail: string | null;
  targetId: string;
  ip: string | null;
  outcome: string;
  cause: string | null;
  changes: { field: string; before: unknown; after: unknown }[];
  details: Record<string, unknown>;
}

/** The log as the owner's own page would fetch it, oldest first. */
export async function readLog(owner: Visitor, query = ""): Promise<FullEvent[]> {
  const answer = await owner.get(`/api/ee/audit?view=full${query}`, {
    "x-org-domain": "~",
    "sec-fetch-site": "same-origin",
  });
  if (answer.status !== 200) throw new Error(`the log answered ${answer.status}: ${await answer.text()}`);
  return ((await answer.json()) as FullEvent[]).reverse();
}

/** For GURULOG_OWNER_EMAIL and _PASSWORD, and for signing in. */
export const unattendedOwner = { email: "ops@halden.example", password: "four quiet lamps on a quay" };
export const unattended = {
  GURULOG_OWNER_EMAIL: unattendedOwner.email,
  GURULOG_OWNER_PASSWORD: unattendedOwner.password,
};

/** Signs the unattended owner in. */
export async function signInOwner(owner: Visitor): Promise<Response> {
  return owner.submit("/sign-in", "Sign in", unattendedOwner);
}
