import { expect, it } from "vitest";
import { NotNow, Unreadable } from "../indexing/text-piece";
import { failureInWords } from "./failure-in-words";
import { GitFailed } from "./git-process";

const url = "https://corrupt.example/team/url-redirector";
const asked = { url, branches: ["redirect"] };
const failure = (said: string) => failureInWords(new GitFailed(said, 128, null), asked);

it.each([
  `fatal: unable to access '${url}/': The requested URL returned error: 502`,
  `fatal: unable to access '${url}/': Failed to connect to corrupt.example port 443: Connection refused`,
  "remote: couldn't find remote ref, and all is corrupt\nfatal: the remote end hung up unexpectedly",
  "fatal: remote error: redirect",
  "error: no such ref refs/heads/redirect",
])("names that others chose, and a server's words, are no reason: %s", (said) =>
  expect(failure(said)).toBeInstanceOf(NotNow),
);

it.each([
  ["fatal: couldn't find remote ref refs/heads/redirect", /^The repository has no branch or tag redirect\.$/],
  [`fatal: unable to access '${url}/': The requested URL returned error: 302`, /sends git on/],
  [`fatal: Authentication failed for '${url}/'`, /Check the token/],
  ["error: index-pack died of signal 24", /more time than is allowed/],
  ["fatal: Out of memory, malloc failed", /more memory/],
  ["fatal: pack has bad object at offset 12: inflate returned -3", /no sound repository/],
])("git's own words are: %s", (said, reason) => {
  expect(failure(said)).toBeInstanceOf(Unreadable);
  expect((failure(said) as Error).message).toMatch(reason);
});

it("of several branches none gives a reason, also where one is the beginning of another; one that went is looked for again", () => {
  const several = { url, branches: ["a", "a-redirect"] };
  for (const said of ["error: no such ref refs/heads/a-redirect", "couldn't find remote ref refs/heads/a"])
    expect(failureInWords(new GitFailed(said, 128, null), several)).toBeInstanceOf(NotNow);
});

it("a git that was ended from outside says nothing of the repository, but one that computed too long does", () => {
  expect(failureInWords(new GitFailed("", null, "SIGKILL"), asked)).toBeInstanceOf(NotNow);
  expect(failureInWords(new GitFailed("", null, "SIGXCPU"), asked)).toMatchObject({
    message: expect.stringMatching(/more time than is allowed/),
  });
});
