import type { Command } from "@/lib/gate/command";
import type { Case } from "./case";
import { shownWhenRefused } from "./shown";
import type { Nasty } from "./strings";
import { textAt, withText } from "./text-fields";
import type { Event, HostileWorld } from "./world";

/** The answers that say no in words. A fault of ours is none of them. */
const refusals = [
  "invalid",
  "unauthenticated",
  "forbidden",
  "not_found",
  "exists",
  "conflict",
  "closed",
  "expired",
  "throttled",
  "busy",
  "too_large",
];

/** As it may be stored: NUL as its picture, what is no Unicode mended. Written anew here, to check the product's own. */
export function stored(text: string): string {
  const mended = Array.from(text, (char) => {
    const code = char.codePointAt(0) ?? 0;
    if (code === 0) return "\u2400";
    return code >= 0xd800 && code <= 0xdfff ? "\ufffd" : char;
  });
  return mended.join("");
}

let pushed = 0;

export interface Tried {
  /** What is wrong; empty where all is well. */
  wrong: string[];
  outcome: "done" | "refused by the form" | "refused by the act";
  /** Whether a text that was taken was found again. */
  seen: boolean;
}

/** Sends one text through one field of a command and looks at the answer, the event and what the event shows. */
export async function pushThrough(
  world: HostileWorld,
  command: Command<unknown>,
  one: Case,
  field: string,
  [name, text]: Nasty,
): Promise<Tried> {
  const about = `${command.name} ${field}: ${name}`;
  pushed += 1;
  await one.before?.(world);
  const [last] = await world.product.admin<{ seq: string }[]>`select max(seq)::text as seq from audit_event`;
  const input = withText(await one.input(world), field, text);
  const principal = one.by(world);
  const by =
    principal.kind === "system"
      ? { ip: null, userAgent: null }
      : { ip: addressOf(pushed), userAgent: "hostile" };
  const result = await command.execute({ principal, request: { ...by, requestId: null }, input });
  const events = (await world.product.admin`
    select * from audit_event where seq > ${last?.seq ?? 0} order by seq`) as unknown as Event[];
  const leading = events.filter((event) => event.cause === null);
  const parsed = await command.input.safeParseAsync(input);
  const wrong: string[] = [];
  const check = (holds: boolean, what: string) => {
    if (!holds) wrong.push(`${about}: ${what} (${JSON.stringify(result).slice(0, 200)})`);
  };
  check(leading.length <= 1, `${leading.length} events`);
  const shown = result.ok ? one.shown[field] : shownWhenRefused[command.name]?.[field];
  const event = leading[0];
  if (result.ok) {
    check(event !== undefined || one.silent === true, "done without an event");
    const wanted = one.outcome ?? "success";
    check(event === undefined || event.outcome === wanted, `done, recorded as ${event?.outcome}`);
  } else {
    check(refusals.includes(result.code), `the answer ${result.code}`);
    check(result.message !== "", "no words");
    check(event === undefined || event.outcome === "failure", `refused, recorded as ${event?.outcome}`);
    if (!parsed.success) check(events.length === 0, "refused by the form, yet recorded");
  }
  let seen = false;
  const taken = parsed.success ? textAt(parsed.data, field) : undefined;
  if (event && shown && taken !== undefined) {
    const [got, want] = await shown(event, stored(taken), world);
    seen = true;
    check(JSON.stringify(got) === JSON.stringify(want), `shows ${excerpt(got)}, not ${excerpt(want)}`);
  }
  const outcome = result.ok ? "done" : parsed.success ? "refused by the act" : "refused by the form";
  return { wrong, outcome, seen };
}

const excerpt = (value: unknown) => JSON.stringify(value)?.slice(0, 120);

/** An address nobody had before: failures of one try delay no other. */
function addressOf(number: number): string {
  return `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
}
