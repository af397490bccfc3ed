import { Fragment } from "react";
import { textTokens } from "@/components/visible-text/tokens";
import type { JsonObject } from "./types";

/* A key, a string, a number or word, or anything between: enough to colour well-formed JSON. */
const PIECE = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d[\d.eE+-]*|true|false|null)|[^"\d\-tfn]+|./gu;

/** The record as JSON. Characters that would not be seen are boxed here too; the copy has them as they are. */
export function JsonBlock({ json }: { json: JsonObject }) {
  const pieces = [...JSON.stringify(json, null, 2).matchAll(PIECE)];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a block that scrolls must be reachable by keyboard
    <pre className="code" tabIndex={0}>
      {pieces.map((piece, index) => {
        const [text, string, colon, word] = piece;
        const look = colon ? "j-key" : string ? undefined : word ? "j-num" : "j-punct";
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text have no other identity
          <span key={index} className={look}>
            <Boxed text={text} />
          </span>
        );
      })}
    </pre>
  );
}

function Boxed({ text }: { text: string }) {
  return textTokens(text, { keepLines: true }).map((token, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the tokens of a text have no other identity
    <Fragment key={index}>
      {token.kind === "text" ? (
        token.text
      ) : (
        <span className="tok" title={token.title}>
          {token.short}
        </span>
      )}
    </Fragment>
  ));
}
