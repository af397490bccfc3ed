import { emailOrNull } from "@/lib/audit/record/shape";
import { cleanText } from "@/lib/platform/clean-text";
import { mostEmailLength } from "./schemas";

/**
 * The address somebody tried to sign in with, if it is one: into the wrong field people also type their password, which
 * must not be stored anywhere.
 */
export function emailTried(text: string): string | null {
  return text.length > mostEmailLength ? null : emailOrNull(cleanText(text));
}

const elsewhere = /^\/[/\\]/;

/**
 * Where to go after signing in: a path of this site and nothing else. `//host`, `/\host`, schemes and whatever becomes
 * one of them when a browser drops tabs or resolves dots leads to the start page.
 * @param wanted as it came from outside
 */
export function safeNextPath(wanted: unknown): string {
  if (
    typeof wanted !== "string" ||
    wanted.length > 2_000 ||
    !wanted.startsWith("/") ||
    elsewhere.test(wanted)
  )
    return "/";
  const base = "http://this.invalid";
  if (/[\p{Cc}\\]/u.test(wanted) || !URL.canParse(wanted, base)) return "/";
  const { origin, pathname, search, hash } = new URL(wanted, base);
  if (origin !== base || elsewhere.test(pathname)) return "/";
  // Pages that lead back here, or that are no pages.
  if (/^\/(sign-in|sign-out|register|onboarding|api)(\/|$)/.test(pathname)) return "/";
  return `${pathname}${search}${hash}`;
}

/** Where the first step of a sign-in leads: on, or to the second step, which then leads on. */
export function pathAfterFirstStep(value: object, next: string): string {
  if (!("step" in value)) return next;
  return next === "/" ? "/sign-in/second-step" : `/sign-in/second-step?${new URLSearchParams({ next })}`;
}

/** An e-mail's local part, as a name for an account that was given none. */
export function nameOfEmail(email: string): string {
  return email.slice(0, email.lastIndexOf("@")) || email;
}
