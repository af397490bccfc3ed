import { setTimeout as delay } from "node:timers/promises";
import { type Kind, now, type openLedger } from "./ledger";
import { type Answered, newAttempt, type Request, sendAct } from "./send-act";

export interface Person {
  email: string;
  password: string;
  cookie: string;
}

export interface ClientOptions {
  url: string;
  number: number;
  person: Person;
  /** Key of the owner's, to read the log with. */
  readerKey: string;
  /** Begins every marker of this load. */
  prefix: string;
  /** Only these acts are done; the control knows no others. */
  only?: Kind[];
  random: () => number;
  ledger: ReturnType<typeof openLedger>;
  isOver: () => boolean;
  send?: typeof sendAct;
}

interface Guru {
  slug: string;
  sources: number;
}

/** What this person has, as far as it is certain; what became uncertain is never touched again. */
interface Belongings {
  keys: string[];
  gurus: Guru[];
  sessions: { marker: string; cookie: string }[];
}

type Plan = Pick<Request, "kind" | "about" | "cookie"> & { afterwards?: (done: Answered | null) => void };

/** One person who acts without pause, one act after the other, until it is over. @returns how many acts were sent */
export async function runClient(options: ClientOptions): Promise<number> {
  const { number, prefix, ledger, isOver } = options;
  const has: Belongings = { keys: [], gurus: [], sessions: [] };
  let count = 0;
  while (!isOver()) {
    count += 1;
    const marker = `${prefix}-${number}-${count}`;
    const { afterwards, ...plan } = choose(options, has, marker, count);
    const request: Request = { cookie: options.person.cookie, ...plan, marker, attemptId: newAttempt() };
    ledger.sending({ marker, client: number, kind: plan.kind, about: plan.about, sentAt: now() });
    const { answered, tries } = await untilKnown(options, request);
    ledger.settled(marker, {
      outcome: answered.outcome,
      answeredAt: now(),
      tries,
      ...(answered.note ? { note: answered.note } : {}),
    });
    afterwards?.(answered.outcome === "done" ? answered : null);
  }
  return count;
}

/** After no answer most people send the form again: the attempt id sees to it that it is done once. */
async function untilKnown(
  options: ClientOptions,
  request: Request,
): Promise<{ answered: Answered; tries: number }> {
  const send = options.send ?? sendAct;
  const canRepeat = !["sign-in", "fail-sign-in", "sign-out", "read-log"].includes(request.kind);
  const most = canRepeat && options.random() < 0.7 ? 12 : 1;
  let unsure: string | undefined;
  for (let tries = 1; ; tries++) {
    const answered = await send(options.url, request);
    if (answered.outcome === "done") return { answered, tries };
    // A refusal of the second try says nothing of the first.
    if (answered.outcome === "refused" && unsure === undefined) return { answered, tries };
    unsure ??= answered.note ?? "no answer";
    const pauseMs = 50 + options.random() * 250;
    if (tries >= most || options.isOver()) {
      await delay(pauseMs);
      return { answered: { outcome: "unknown", note: `${unsure} … ${answered.note ?? ""}` }, tries };
    }
    await delay(pauseMs * Math.min(tries, 4));
  }
}

function choose(options: ClientOptions, has: Belongings, marker: string, count: number): Plan {
  const weights = Object.entries(plansOf(options, has, marker, count)).filter(
    ([kind]) => options.only?.includes(kind as Kind) ?? true,
  ) as [Kind, [weight: number, plan: () => Plan]][];
  const possible = weights.filter(([, [weight]]) => weight > 0);
  let at = options.random() * possible.reduce((sum, [, [weight]]) => sum + weight, 0);
  for (const [, [weight, plan]] of possible) {
    at -= weight;
    if (at <= 0) return plan();
  }
  const last = possible.at(-1);
  if (!last) throw new Error("nothing can be done");
  return last[1][1]();
}

function plansOf(
  { number, person, readerKey, random }: ClientOptions,
  has: Belongings,
  marker: string,
  count: number,
): Record<Kind, [weight: number, plan: () => Plan]> {
  const { keys, gurus, sessions } = has;
  const take = <T>(list: T[]): T => list.splice(Math.floor(random() * list.length), 1)[0] as T;
  const any = gurus[Math.floor(random() * gurus.length)];
  const address = `10.${100 + number}.${(count >> 8) & 255}.${count & 255}`;
  const onGuru = (kind: Kind, about: Record<string, string>, then?: () => void): Plan => ({
    kind,
    about: { guru: any?.slug ?? "", ...about },
    afterwards: (done) => {
      if (done) then?.();
      else has.gurus = has.gurus.filter((guru) => guru !== any);
    },
  });
  return {
    "create-key": [
      keys.length < 6 ? 24 : 2,
      () => ({
        kind: "create-key",
        about: { name: marker },
        afterwards: (done) => done && keys.push(marker),
      }),
    ],
    "delete-key": [keys.length > 1 ? 18 : 0, () => ({ kind: "delete-key", about: { name: take(keys) } })],
    "create-guru": [
      gurus.length < 3 ? 12 : 0,
      () => ({
        kind: "create-guru",
        about: { guru: marker, text: marker },
        afterwards: (done) => done && gurus.push({ slug: marker, sources: 0 }),
      }),
    ],
    "update-guru": [any ? 16 : 0, () => onGuru("update-guru", { text: `now ${marker}` })],
    "delete-guru": [
      gurus.length > 1 ? 5 : 0,
      () => ({
        kind: "delete-guru",
        about: { guru: take(gurus).slug },
      }),
    ],
    "add-source": [
      any && any.sources < 4 ? 8 : 0,
      () =>
        onGuru("add-source", { name: marker, text: `The text of ${marker}.` }, () => any && any.sources++),
    ],
    ask: [any ? 8 : 0, () => onGuru("ask", { text: `What is ${marker}?` })],
    "sign-in": [
      sessions.length < 3 ? 4 : 0,
      () => ({
        kind: "sign-in",
        about: { email: person.email, password: person.password, address },
        cookie: "",
        afterwards: (done) => done?.cookie && sessions.push({ marker, cookie: done.cookie }),
      }),
    ],
    "fail-sign-in": [
      4,
      () => ({
        kind: "fail-sign-in",
        about: { email: `${marker}@nobody.example`, password: "not the password", address },
        cookie: "",
      }),
    ],
    "sign-out": [
      sessions.length > 0 ? 4 : 0,
      () => {
        const session = take(sessions);
        return { kind: "sign-out", about: { session: session.marker }, cookie: session.cookie };
      },
    ],
    "read-log": [6, () => ({ kind: "read-log", about: { key: readerKey } })],
  };
}
