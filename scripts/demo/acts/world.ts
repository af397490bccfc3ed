import { type RequestFacts, theOrganization, type UserPrincipal } from "@/lib/access/principal";
import type { AttemptResult, Failure } from "@/lib/platform/errors";
import { mintId } from "@/lib/platform/ids";
import type { DemoClock } from "../clock";
import type { GuruSpec } from "../gurus/spec";
import type { Random } from "../random";
import { type Person, phone } from "../team/people";

export type Place = "office" | "home" | "phone";

/** A colleague who has an account by now. */
export interface Member {
  person: Person;
  accountId: string;
  role: "owner" | "member";
  /** Null: an owner who was there before, whose password nobody here knows. */
  password: string | null;
  /** Their second factor: what the app on their telephone knows, and the recovery codes on paper. */
  factor?: { secret: Buffer; recoveryCodes: string[] };
  /** The known browser's cookie of each place. */
  browsers: Partial<Record<Place, string>>;
  /** SHA-256 of the session they are in, hex; null when signed out. */
  session: string | null;
  /** When they did something last, in milliseconds since 1970: a session sleeps in after a night. */
  lastSeen: number;
  request: RequestFacts;
}

export interface LiveSource {
  id: string;
  title: string;
  /** Null for a file: it cannot be brought up to date. */
  text: string | null;
  updates: number;
}

export interface LiveGuru {
  spec: GuruSpec;
  visibility: "private" | "organization";
  maintainers: Set<string>;
  sources: LiveSource[];
  /** How many of the specification's texts and edits were used. */
  textsAdded: number;
  editsMade: number;
}

export interface LiveKey {
  name: string;
  id: string;
  key: string;
  deleted: boolean;
  /** Milliseconds since 1970. */
  lastUsed: number | null;
}

/** Everything that the acts know of what has happened so far. */
export interface World {
  random: Random;
  clock: DemoClock;
  organization: string;
  members: Map<string, Member>;
  gurus: Map<string, LiveGuru>;
  keys: Map<string, LiveKey>;
  /** Ids of the saved views of the whole log, by name. */
  views: Map<string, string>;
  /** The consultants who have an account, by address. */
  visitors: Map<string, { accountId: string; password: string; session: string }>;
  /** The last invite that was made to be accepted. */
  inviteId: string;
  /** The account of the guest, while they have one. */
  guestId: string | null;
  /** Numbers what would have the same name otherwise. */
  counter: number;
  /** Tries may have been counted that have not become an event yet. */
  counting: boolean;
}

export function requestOf(from: { ip: string; browser: string }): RequestFacts {
  return { ip: from.ip, userAgent: from.browser, requestId: mintId() };
}

export function requestAt(person: Person, place: Place): RequestFacts {
  const ip = place === "office" ? person.office : person.home;
  return requestOf({ ip, browser: place === "phone" ? phone : person.browser });
}

/** @throws when the person has not joined: the plan is wrong then */
export function memberOf(world: World, key: string): Member {
  const member = world.members.get(key);
  if (!member) throw new Error(`${key} has not joined the demo's company yet`);
  return member;
}

/** How a member calls: as their session would, each time with a request of its own. */
export function callOf(member: Member): { principal: UserPrincipal; request: RequestFacts } {
  const { person, accountId, role, session, request } = member;
  const principal: UserPrincipal = {
    kind: "user",
    accountId,
    email: person.email,
    name: person.name,
    orgId: theOrganization,
    role,
    sessionHash: session ?? "",
    mustChangePassword: false,
    mustEnrolFactor: false,
    timeZone: "UTC",
  };
  return { principal, request: { ...request, requestId: mintId() } };
}

/**
 * The value of an act that has to go well.
 * @throws when it was refused: the demo would not show what it is meant to
 */
export function done<V>(result: AttemptResult<V>): V {
  if (!result.ok) throw new Error(`an act of the demo was refused: ${result.code}: ${result.message}`);
  if ("repeated" in result) throw new Error("an act of the demo was done twice");
  return result.value;
}

/** @throws when an act that has to be refused went through */
export function refused(result: { ok: true } | Failure): void {
  if (result.ok) throw new Error("an act of the demo that should have been refused went through");
}

/** The gurus that a member maintains, by how much is going on in them. */
function maintainedBy(world: World, member: Member): LiveGuru[] {
  return [...world.gurus.values()].filter(
    (guru) => member.role === "owner" || guru.maintainers.has(member.person.key),
  );
}

/** One of the gurus a member may ask: their own above all. */
export function pickAskable(world: World, member: Member): LiveGuru | undefined {
  const choices = [...world.gurus.values()].flatMap((guru): [LiveGuru, number][] => {
    const own = guru.maintainers.has(member.person.key);
    if (!own && guru.visibility === "private" && member.role !== "owner") return [];
    return guru.sources.length === 0 ? [] : [[guru, guru.spec.weight * (own ? 2.5 : 1)]];
  });
  return world.random.weighted(choices);
}

export function pickMaintained(world: World, member: Member): LiveGuru | undefined {
  return world.random.weighted(
    maintainedBy(world, member).map((guru): [LiveGuru, number] => [guru, guru.spec.weight]),
  );
}
