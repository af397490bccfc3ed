import { anonymousPrincipal, type Principal } from "@/lib/access/principal";
import type { Shown } from "./shown";
import type { Nasty } from "./strings";
import type { HostileWorld } from "./world";

export interface Case {
  by: (world: HostileWorld) => Principal;
  /** An input that is taken, or refused by the act alone; new each time. */
  input: (world: HostileWorld) => object | Promise<object>;
  /** Makes the act possible again. */
  before?: (world: HostileWorld) => Promise<unknown>;
  /** By field: where its text shows. Fields that are looked up (ids, slugs, passwords) show nowhere. */
  shown: Record<string, Shown>;
  /** Some of its successes are no event: nothing changed, or it was recorded a moment ago. */
  silent?: true;
  /** In everyday runs a field gets one text of so many; default 6. In the full run all of them. */
  oneOf?: number;
  /** Of the event of a success, where its act is to say that something failed. */
  outcome?: "failure";
  /** Fields that no door leads to: what stands there was made by the command around it, which is tried too. */
  inner?: string[];
  /** Texts that only this field takes, as hostile as it lets them be. */
  further?: (field: string, word: string) => Nasty[];
}

export const owner = (w: HostileWorld) => w.owner;
export const member = (w: HostileWorld) => w.member;
export const stranger = () => anonymousPrincipal;

/** E-mail addresses that are some, and look like something else. */
export const addresses = (field: string, word: string): Nasty[] =>
  field === "email"
    ? ["=1+1", "-1", "+1", "'or'1", "o'brien", "__proto__", "%00"].flatMap((begin, at) =>
        [
          `${begin}${word}@y.example`,
          `${begin}${word}@HALDEN.example`,
          `  ${begin}${word}@z.example\u00a0`,
        ].map((text, form): Nasty => [`mail ${at} ${form}`, text]),
      )
    : [];
