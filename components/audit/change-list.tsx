import { VisibleText } from "@/components/visible-text/visible-text";
import type { FieldChange, JsonValue } from "./types";
import { cutText, cutValue, listText, valueText } from "./value-text";
import { type DiffPart, wordDiff } from "./word-diff";

/** What changed, field by field: previous at the left in red, new at the right in green. */
export function ChangeList({ changes }: { changes: FieldChange[] }) {
  return changes.map((change) => <Change key={change.field} change={change} />);
}

function Change({ change }: { change: FieldChange }) {
  const before = readable(change.before);
  const after = readable(change.after);
  const diff =
    before.text === null || after.text === null
      ? { before: whole(before.text), after: whole(after.text) }
      : wordDiff(before.text, after.text);
  return (
    <div className={isShort(before) && isShort(after) ? "change short" : "change"}>
      <h4 className="change-name">
        <VisibleText text={change.field} />
        {before.isList || after.isList ? <span className="change-kind">list</span> : null}
      </h4>
      <div className="change-sides">
        <div className="change-side before">
          <span className="change-label">Previous Value</span>
          <Side parts={diff.before} text={before.text} mark="del" />
          <CutNote note={before.note} />
        </div>
        <div className="change-side after">
          <span className="change-label">New Value</span>
          <Side parts={diff.after} text={after.text} mark="ins" />
          <CutNote note={after.note} />
        </div>
      </div>
    </div>
  );
}

function Side({ parts, text, mark: Mark }: { parts: DiffPart[]; text: string | null; mark: "del" | "ins" }) {
  if (text === null) return <span className="no-value">no value</span>;
  if (text === "") return <span className="no-value">empty</span>;
  return parts.map((part, index) =>
    part.changed ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a value have no other identity
      <Mark key={index}>
        <VisibleText text={part.text} lines />
      </Mark>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: as above
      <VisibleText key={index} text={part.text} lines />
    ),
  );
}

function CutNote({ note }: { note: string | null }) {
  return note === null ? null : <span className="cut-note">{note}</span>;
}

type Readable = { text: string | null; note: string | null; isList: boolean };

function readable(value: JsonValue): Readable {
  const cut = cutValue(value);
  if (cut) return { text: cut.cut ?? "…", note: cutText(cut), isList: false };
  const list = listText(value);
  return { text: list ?? valueText(value), note: null, isList: list !== undefined };
}

/* As many characters as fit on one line of a side beside the field's name. */
const SHORT = 26;

function isShort({ text, note }: Readable): boolean {
  return note === null && (text === null || (text.length <= SHORT && !text.includes("\n")));
}

function whole(text: string | null): DiffPart[] {
  return text === null ? [] : [{ text, changed: true }];
}
