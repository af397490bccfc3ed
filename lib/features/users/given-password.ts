import "server-only";
import { randomInt } from "node:crypto";
import { hashPassword } from "@/lib/access/passwords";

/** Without letters and digits that look alike. */
const signs = "abcdefghijkmnpqrstuvwxyz23456789";
const groups = 5;
const groupLength = 5;

/**
 * A password made for somebody else: shown once to who made it, to be changed at the first sign-in. A class, so that
 * nothing that comes from outside can pass for one; as JSON it says nothing, so that it gets into no digest of an attempt.
 */
export class GivenPassword {
  constructor(
    readonly password: string,
    readonly hash: string,
  ) {}

  /** 125 bits, in groups that can be read out. */
  static async make(): Promise<GivenPassword> {
    const group = () => Array.from({ length: groupLength }, () => signs[randomInt(signs.length)]).join("");
    const password = Array.from({ length: groups }, group).join("-");
    return new GivenPassword(password, await hashPassword(password));
  }

  toJSON(): string {
    return "given";
  }
}
