import type { Browser, Page } from "@playwright/test";
import { TIME_ZONE_COOKIE } from "@/components/ui/cookie-names";
import type { SignedIn, World } from "./roles-world";

/** A page of somebody who is signed in, in a browser whose time zone is known: a first visit is rendered twice. */
export async function pageOf(browser: Browser, world: World, role: SignedIn): Promise<Page> {
  const context = await browser.newContext();
  const cookies = world.people[role].cookie.split("; ").map((one) => {
    const at = one.indexOf("=");
    return { name: one.slice(0, at), value: one.slice(at + 1), url: world.url };
  });
  const zone = { name: TIME_ZONE_COOKIE, value: encodeURIComponent("Europe/Oslo"), url: world.url };
  await context.addCookies([...cookies, zone]);
  return context.newPage();
}
