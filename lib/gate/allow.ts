import "server-only";
import { type GuruFacts, guruStanding } from "@/lib/access/guru-standing";
import { mayInOrganization, mayOnGuru, type Permission } from "@/lib/access/permissions";
import type { Principal } from "@/lib/access/principal";
import { widgetOfSite } from "@/lib/access/widgets";
import type { ReadDb } from "@/lib/db/client";
import { cleanText } from "@/lib/platform/clean-text";

/** A denial, with what is recorded and what may be told. */
export class Denial extends Error {
  override readonly name = "Denial";
  constructor(
    readonly permission: Permission,
    /** What was asked for, as the log shows it. */
    readonly asked: string,
    /** `not_found`: its existence does not show; `forbidden`: the caller sees the object anyway. */
    readonly code: "not_found" | "forbidden" | "unauthenticated",
    readonly guru: GuruFacts | null = null,
  ) {
    super(code);
  }
}

export interface AllowContext<I> {
  db: Pick<ReadDb, "select" | "execute">;
  input: I;
  principal: Principal;
}

/** A permission check; what it loads on the way is the scope the act works in. */
export type Allow<I, S> = (context: AllowContext<I>) => Promise<S>;

/** A door open to anyone, signed in or not (sign-in, registration, onboarding). */
export const anyone = async (): Promise<null> => null;

/** For background work of ours alone: no person and no key passes. */
export const systemOnly: Allow<unknown, null> = async ({ principal }) => {
  if (principal.kind !== "system") throw new Denial("audit:read-global", "system", "not_found");
  return null;
};

/**
 * A permission of the organization.
 * @param asked names what was asked for in the ACCESS_DENIED event; by default the permission
 */
export function inOrganization<I>(permission: Permission, asked?: (input: I) => string): Allow<I, null> {
  return async ({ principal, input }) => {
    if (principal.kind === "anonymous") throw new Denial(permission, permission, "unauthenticated");
    if (!mayInOrganization(principal, permission)) {
      // The API says openly that it has a log and who reads it; everything else looks as if it did not exist.
      const told = permission === "audit:read-global" ? "forbidden" : "not_found";
      throw new Denial(permission, cleanText(asked?.(input) ?? permission, 200), told);
    }
    return null;
  };
}

export interface GuruScope {
  guru: GuruFacts;
}

/**
 * A permission on the guru that the input names by id or slug. Unknown, foreign and invisible gurus all look the same.
 */
export function onGuru<I>(permission: Permission, guruOf: (input: I) => string): Allow<I, GuruScope> {
  return async ({ db, principal, input }) => {
    const ref = guruOf(input);
    if (principal.kind === "anonymous") throw new Denial(permission, ref, "unauthenticated");
    const found = await guruStanding(db, principal, ref);
    if (!found) throw new Denial(permission, cleanText(ref, 200), "not_found");
    if (!mayOnGuru(principal, permission, found.standing)) {
      throw new Denial(
        permission,
        found.guru.slug,
        found.standing === null ? "not_found" : "forbidden",
        found.guru,
      );
    }
    return { guru: found.guru };
  };
}

/** Background work of ours on a guru, by its id; no person and no key passes. */
export function systemOnGuru<I>(guruOf: (input: I) => string): Allow<I, GuruScope> {
  return async ({ db, principal, input }) => {
    const found = principal.kind === "system" ? await guruStanding(db, principal, guruOf(input)) : null;
    if (!found) throw new Denial("guru:ask", cleanText(guruOf(input), 200), "not_found");
    return { guru: found.guru };
  };
}

export interface WidgetScope extends GuruScope {
  widgetId: string;
}

/**
 * The guru of a widget, for the pages of the widget's site. Whoever asks is nobody; what counts is the widget's id and
 * the origin that the browser names.
 */
export function throughWidget<I extends { widget: string; origin: string | null }>(): Allow<I, WidgetScope> {
  return async ({ db, input }) => {
    const found = await widgetOfSite(db, input.widget, input.origin);
    if (!found) throw new Denial("guru:ask", "widget", "unauthenticated");
    return found;
  };
}

/** Anyone who is signed in, whatever their role. */
export const anySignedIn: Allow<unknown, null> = async ({ principal }) => {
  if (principal.kind === "anonymous") throw new Denial("password:change-own", "signed-in", "unauthenticated");
  return null;
};
