import { createHmac } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { propertyRuns } from "@/tests/support/property-runs";
import { githubFault, slackFault } from "./signatures";

// The example of Slack's own documentation (docs.slack.dev, "Verifying requests from Slack").
const example = {
  secret: "8f742231b10e8888abcd99yyyzzz85a5",
  at: 1531420618,
  body: "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
  signature: "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
};
const headers = (signature: string, timestamp: string) => (name: string) =>
  ({ "x-slack-signature": signature, "x-slack-request-timestamp": timestamp })[name] ?? null;
const check = (signature: string, timestamp: string, body: string, nowS: number, secret = example.secret) =>
  slackFault(headers(signature, timestamp), Buffer.from(body), secret, new Date(nowS * 1_000));

it("takes the example of Slack's documentation, and GitHub's", () => {
  expect(check(example.signature, String(example.at), example.body, example.at)).toBeNull();
  const hub = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
  const body = Buffer.from("Hello, World!");
  expect(githubFault(() => hub, body, "It's a Secret to Everybody")).toBeNull();
});

it("takes five minutes to both sides, and not a second more", () => {
  const at = (seconds: number) =>
    check(example.signature, String(example.at), example.body, example.at + seconds);
  expect([at(-301), at(-300), at(300), at(301)]).toEqual(["stale", null, null, "stale"]);
});

it("refuses whatever was changed in body, time, signature or secret", () => {
  const sign = (secret: string, time: string, body: string) =>
    `v0=${createHmac("sha256", secret).update(`v0:${time}:${body}`).digest("hex")}`;
  fc.assert(
    fc.property(fc.string(), fc.string({ minLength: 1 }), fc.nat(4), (body, secret, which) => {
      const time = "1700000000";
      const right = sign(secret, time, body);
      const sent = [
        { body: `${body} `, time, signature: right, secret },
        { body, time: "1700000001", signature: right, secret },
        { body, time, signature: right.slice(0, -1), secret },
        { body, time, signature: right, secret: `${secret}x` },
        { body, time: "", signature: sign(secret, "", body), secret },
      ][which] ?? { body, time, signature: "", secret };
      expect(check(sent.signature, sent.time, sent.body, 1_700_000_000, sent.secret)).toBe("signature");
    }),
    { numRuns: propertyRuns(100) },
  );
});

it("refuses every signature where there is no secret", () => {
  const signature = `sha256=${createHmac("sha256", "").update("x").digest("hex")}`;
  expect(githubFault(() => signature, Buffer.from("x"), "")).toBe("signature");
  const own = `v0=${createHmac("sha256", "").update("v0:1700000000:x").digest("hex")}`;
  expect(check(own, "1700000000", "x", 1_700_000_000, "")).toBe("signature");
});
