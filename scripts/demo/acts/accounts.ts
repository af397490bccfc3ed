import { randomBytes } from "node:crypto";
import { eq } from "drizzle-orm";
import { emailKey } from "@/lib/access/email-key";
import { anonymousPrincipal } from "@/lib/access/principal";
import { readDb, schema } from "@/lib/db/client";
import { changePassword } from "@/lib/features/accounts/commands/change-password";
import { completeOnboarding } from "@/lib/features/accounts/commands/complete-onboarding";
import { register } from "@/lib/features/accounts/commands/register";
import { type NewSession, signIn } from "@/lib/features/accounts/commands/sign-in";
import { signOut } from "@/lib/features/accounts/commands/sign-out";
import { sha256 } from "@/lib/platform/crypto";
import { runtime } from "@/lib/platform/runtime";
import { colleagues, founder, type Person, stranger } from "../team/people";
import { takeSecondStep } from "./second-step";
import {
  callOf,
  done,
  type Member,
  memberOf,
  type Place,
  refused,
  requestAt,
  requestOf,
  type World,
} from "./world";

const principal = anonymousPrincipal;

/** Different in each run, unlike everything else: printed once, kept nowhere. */
const newPassword = (): string => randomBytes(12).toString("base64url");

const hashOf = (sid: string): string => sha256(sid).toString("hex");

/** Nobody acts in a session of the day before: the product's ends after twelve idle hours. */
const longestIdleMs = 11 * 3_600_000;

/**
 * A member who is about to act: signed in, anew if need be.
 * @throws when the person has not joined
 */
export async function present(world: World, who: string): Promise<Member> {
  const member = memberOf(world, who);
  const now = (): number => world.clock.now().getTime();
  const isAsleep = member.session === null || now() - member.lastSeen > longestIdleMs;
  if (isAsleep && member.password !== null) {
    const isWeekend = [0, 6].includes(world.clock.now().getUTCDay());
    await signInAct(world, { who, place: isWeekend ? "home" : "office", slips: 0 });
    world.clock.advanceTo(now() + world.random.between(3_000, 20_000));
  }
  member.lastSeen = now();
  return member;
}

function begin(world: World, member: Member, place: Place, session: NewSession): void {
  member.lastSeen = world.clock.now().getTime();
  member.session = hashOf(session.sid);
  member.browsers[place] = session.browser;
  member.request = requestAt(member.person, place);
}

export async function accountIdOf(email: string): Promise<string> {
  const { account } = schema;
  const [found] = await readDb()
    .select({ id: account.id })
    .from(account)
    .where(eq(account.emailKey, emailKey(email)));
  if (!found) throw new Error(`the demo's account ${email} was not made`);
  return found.id;
}

async function join(
  world: World,
  person: Person,
  role: "owner" | "member",
  password: string,
  session: NewSession,
): Promise<void> {
  const accountId = await accountIdOf(person.email);
  const request = requestAt(person, "office");
  const member: Member = {
    person,
    accountId,
    role,
    password,
    browsers: {},
    session: null,
    lastSeen: 0,
    request,
  };
  begin(world, member, "office", session);
  world.members.set(person.key, member);
}

/** The owner sets the instance up. An instance that has its owner already keeps them. */
export async function found(world: World): Promise<void> {
  if (world.members.has(founder.key)) return;
  const password = newPassword();
  const input = {
    setupToken: runtime().keys.setupToken,
    organization: world.organization,
    name: founder.name,
    email: founder.email,
    password,
    joinWithoutApproval: true,
    retentionDays: 90,
  };
  const session = done(
    await completeOnboarding.execute({ principal, request: requestAt(founder, "office"), input }),
  );
  await join(world, founder, "owner", password, session);
}

export async function registerColleague(world: World, { who }: { who: string }): Promise<void> {
  const person = colleagues.find(({ key }) => key === who);
  if (!person) throw new Error(`${who} is nobody of the demo's company`);
  const { name, email } = person;
  const password = newPassword();
  const session = done(
    await register.execute({
      principal,
      request: requestAt(person, "office"),
      input: { name, email, password },
    }),
  );
  await join(world, person, "member", password, session);
}

/** Somebody takes an address that has an account already. */
export async function registrationRefused(
  world: World,
  { email, name, ip }: { email: string; name: string; ip: string },
): Promise<void> {
  // An owner who was there before has another address than the one planned.
  const isTaken = [...world.members.values()].some(({ person }) => person.email === email);
  const taken = isTaken ? email : memberOf(world, founder.key).person.email;
  const request = requestOf({ ip, browser: founder.browser });
  refused(
    await register.execute({ principal, request, input: { email: taken, name, password: newPassword() } }),
  );
  world.counting = true;
}

/** A colleague signs in, perhaps after a mistyped password or two. */
export async function signInAct(
  world: World,
  { who, place, slips }: { who: string; place: Place; slips: number },
): Promise<void> {
  const member = memberOf(world, who);
  if (member.password === null) {
    member.request = requestAt(member.person, place);
    return;
  }
  const { email } = member.person;
  const browser = member.browsers[place];
  const known = browser === undefined ? {} : { browser };
  for (let i = 0; i < slips; i++) {
    const wrong = { email, password: `${member.password}${i}`, ...known };
    refused(await signIn.execute({ principal, request: requestAt(member.person, place), input: wrong }));
    world.clock.advanceTo(world.clock.now().getTime() + world.random.between(4_000, 15_000));
  }
  const input = { email, password: member.password, ...known };
  const entered = done(await signIn.execute({ principal, request: requestAt(member.person, place), input }));
  const session = "step" in entered ? await takeSecondStep(member, entered.step, place) : entered;
  begin(world, member, place, session);
}

export async function signOutAct(world: World, { who }: { who: string }): Promise<void> {
  const member = memberOf(world, who);
  if (member.session === null) return;
  done(await signOut.execute({ ...callOf(member), input: {} }));
  member.session = null;
}

export async function changePasswordAct(world: World, { who }: { who: string }): Promise<void> {
  const member = await present(world, who);
  if (member.password === null) return;
  const password = newPassword();
  const input = { currentPassword: member.password, newPassword: password };
  member.session = hashOf(done(await changePassword.execute({ ...callOf(member), input })).sid);
  member.password = password;
}

/** A stranger tries one password. After five the delay stops most tries; those are counted. */
export async function guess(world: World, { email }: { email: string }): Promise<void> {
  const guesses = ["Halden2026!", "Summer-2026", "welcome123456", "haldenworks1"] as const;
  const input = { email, password: world.random.pick(guesses) };
  refused(await signIn.execute({ principal, request: requestOf(stranger), input }));
  world.counting = true;
}
