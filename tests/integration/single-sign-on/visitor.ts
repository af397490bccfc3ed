import { anonymousPrincipal } from "@/lib/access/principal";
import { signInByOidc } from "@/lib/features/accounts/commands/sign-in-by-oidc";
import { startOidcSignIn } from "@/lib/features/accounts/commands/start-oidc-sign-in";
import { fromElsewhere } from "../accounts/accounts-for-tests";

export const baseUrl = "http://localhost:3000";
export const redirectUri = `${baseUrl}/api/auth/callback/oidc`;

/** Who somebody is to the provider. */
export interface Login {
  sub: string;
  email?: string;
  email_verified?: boolean | string;
  name?: string;
}

type Jar = Map<string, string>;

function keep(jar: Jar, setCookies: readonly string[]): void {
  for (const line of setCookies) {
    const [pair = ""] = line.split(";");
    const at = pair.indexOf("=");
    const value = pair.slice(at + 1);
    if (value === "") jar.delete(pair.slice(0, at));
    else jar.set(pair.slice(0, at), value);
  }
}

/** A browser: it goes to the provider and comes back, with the cookies of both. */
export class Visitor {
  readonly request = fromElsewhere();
  readonly cookies: Jar = new Map();
  private readonly atProvider: Jar = new Map();

  /** @returns the address of the provider's page */
  async start(): Promise<URL> {
    const begun = await startOidcSignIn.execute({
      principal: anonymousPrincipal,
      request: this.request,
      input: {},
    });
    if (!begun.ok || begun.value === null) throw new Error(`not begun: ${JSON.stringify(begun)}`);
    keep(this.cookies, begun.value.setCookies);
    return new URL(begun.value.location);
  }

  /** Signs in at the provider. @returns the query with which it sends the browser back */
  async goThrough(page: URL, login: Login | "cancel"): Promise<string> {
    page.searchParams.set("login_hint", login === "cancel" ? login : JSON.stringify(login));
    let next = page;
    for (let i = 0; i < 10; i += 1) {
      const cookie = [...this.atProvider].map(([name, value]) => `${name}=${value}`).join("; ");
      const answer = await fetch(next, { redirect: "manual", headers: { cookie } });
      keep(this.atProvider, answer.headers.getSetCookie());
      const location = answer.headers.get("location");
      if (!location) throw new Error(`the provider answers ${answer.status}: ${await answer.text()}`);
      next = new URL(location, next);
      if (next.origin === baseUrl) return next.search;
    }
    throw new Error("the provider leads in circles");
  }

  comeBack(search: string, cookies: ReadonlyMap<string, string> = this.cookies) {
    const input = { search, cookies: Object.fromEntries(cookies) };
    return signInByOidc.execute({ principal: anonymousPrincipal, request: this.request, input });
  }

  async signIn(login: Login | "cancel") {
    return this.comeBack(await this.goThrough(await this.start(), login));
  }
}
