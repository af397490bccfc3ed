import { VisibleText } from "@/components/visible-text/visible-text";

/**
 * What a model wrote, as text and nothing else: no markup of its own, and no link but from `[2]` to the second passage
 * below. So nothing in a source can make an answer that leads or reports elsewhere.
 */
export function AnswerText({ text, passages }: { text: string; passages: number }) {
  return (
    <div className="whitespace-pre-wrap text-sm [overflow-wrap:anywhere]">
      {text.split(/(\[\d{1,2}\])/).map((part, n) => {
        const number = Number(/^\[(\d+)\]$/.exec(part)?.[1] ?? 0);
        return number >= 1 && number <= passages ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text have no other identity
          <a key={n} className="link" href={`#${passageId(number)}`} aria-label={`Passage ${number}`}>
            {part}
          </a>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text have no other identity
          <VisibleText key={n} text={part} lines />
        );
      })}
    </div>
  );
}

/** The element of a passage; numbers begin at 1. */
export const passageId = (number: number): string => `passage-${number}`;
