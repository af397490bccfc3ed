import { textTokens } from "./tokens";

/** Text from outside. Characters that would not be seen stand as small boxes with their name on hover. */
export function VisibleText({ text, lines = false }: { text: string; lines?: boolean }) {
  const tokens = textTokens(text, { keepLines: lines });
  if (tokens.length === 1 && tokens[0]?.kind === "text") return <bdi>{tokens[0].text}</bdi>;
  return (
    <bdi>
      {tokens.map((token, index) =>
        token.kind === "text" ? (
          token.text
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: the tokens of a text have no other identity
          <span key={index} className="tok" title={token.title}>
            {token.short}
          </span>
        ),
      )}
    </bdi>
  );
}
