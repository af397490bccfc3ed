import { textTokens } from "@/components/visible-text/tokens";
import type { CodeToken } from "./viewer-types";

/** What code may hold that nobody would see, apart from its tabs: such characters can make it read otherwise than it runs. */
const unseen =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}\p{Default_Ignorable_Code_Point}\u00a0\u2400\u2800]/u;

/** A run of code. Hidden characters stand as signs; tabs and spaces stay as they are. */
export function CodeText({ text }: { text: string }) {
  if (!unseen.test(text.replaceAll("\t", ""))) return text;
  return text.split("\t").map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text have no other identity
    <span key={index}>
      {index > 0 ? "\t" : ""}
      {textTokens(part).map((token, place) =>
        token.kind === "text" ? (
          token.text
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same
          <span key={place} className="tok" title={token.title}>
            {token.short}
          </span>
        ),
      )}
    </span>
  ));
}

/** The tokens of a line; those without a colour need no element of their own. */
export function CodeTokens({ tokens }: { tokens: readonly CodeToken[] }) {
  return tokens.map(([text, look], index) =>
    look === null ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the tokens of a line have no other identity
      <CodeText key={index} text={text} />
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the same
      <span key={index} className={look}>
        <CodeText text={text} />
      </span>
    ),
  );
}
