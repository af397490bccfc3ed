"use server";
import { changePassword } from "@/lib/features/accounts/commands/change-password";
import { completeOnboarding } from "@/lib/features/accounts/commands/complete-onboarding";
import { completeSignIn } from "@/lib/features/accounts/commands/complete-sign-in";
import { register } from "@/lib/features/accounts/commands/register";
import { signIn } from "@/lib/features/accounts/commands/sign-in";
import { startOidcSignIn } from "@/lib/features/accounts/commands/start-oidc-sign-in";
import { pathAfterFirstStep, safeNextPath } from "@/lib/features/accounts/rules";
import { formFields, toAction } from "@/lib/gate/to-action";
import {
  browserCookie,
  setAwayCookies,
  setFlash,
  setSessionCookie,
  setSignInCookies,
  stepCookie,
} from "./cookies";

const passwordChanged = "Password changed. All your other sessions have ended.";

/** The form's fields and the browser's cookie; `next` is for the redirect alone. */
async function withBrowser(form: FormData): Promise<unknown> {
  const { next: _, browser: __, ...fields } = formFields(form);
  const browser = await browserCookie();
  return { ...fields, ...(browser === undefined ? {} : { browser }) };
}

export const signInAction = toAction(signIn, {
  input: withBrowser,
  keepValue: true,
  after: setSignInCookies,
  goTo: (value, form) => pathAfterFirstStep(value, safeNextPath(form.get("next"))),
});
/** Leaves for the identity provider. */
export const startOidcSignInAction = toAction(startOidcSignIn, {
  input: () => ({}),
  keepValue: true,
  after: async ({ setCookies }, form) => setAwayCookies(setCookies, safeNextPath(form.get("next"))),
  goTo: ({ location }) => location,
});
export const completeSignInAction = toAction(completeSignIn, {
  input: async (form) => ({ ...((await withBrowser(form)) as object), step: await stepCookie() }),
  keepValue: true,
  after: setSignInCookies,
  goTo: (_, form) => safeNextPath(form.get("next")),
});
export const registerAction = toAction(register, {
  input: withBrowser,
  keepValue: true,
  after: setSignInCookies,
  goTo: () => "/",
});
export const completeOnboardingAction = toAction(completeOnboarding, {
  input: withBrowser,
  keepValue: true,
  after: setSignInCookies,
  goTo: () => "/",
});
/** On the profile page, where one stays. */
export const changePasswordAction = toAction(changePassword, {
  input: withBrowser,
  keepValue: true,
  after: async ({ sid }) => setSessionCookie(sid),
  message: () => passwordChanged,
});
/** On the page of its own, also when the change is forced, which leads on. */
export const changePasswordAndGoOnAction = toAction(changePassword, {
  input: withBrowser,
  keepValue: true,
  after: async ({ sid }) => {
    await setSessionCookie(sid);
    await setFlash(passwordChanged);
  },
  goTo: () => "/",
  goToRepeated: () => "/",
});
