import { VisibleText } from "@/components/visible-text/visible-text";
import type { JsonObject, JsonValue } from "./types";
import { cutText, cutValue, valueText } from "./value-text";

/* Two labels are fixed by the documentation that this log follows; other keys stand as they are recorded. */
const LABELS = new Map([
  ["filters", "Filters Applied"],
  ["success", "Success Status"],
]);

/** Everything else that was recorded with the event, in blue. */
export function ContextList({ context, inner = false }: { context: [string, JsonValue][]; inner?: boolean }) {
  return (
    <dl className="kv ctx">
      {context.map(([key, value]) => {
        const label = inner ? undefined : LABELS.get(key);
        return (
          <div key={key} className="contents">
            <dt className={label ? undefined : "raw-key"}>{label ?? <VisibleText text={key} />}</dt>
            <dd>
              <ContextValue value={value} plain={label === "Success Status"} />
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

function ContextValue({ value, plain }: { value: JsonValue; plain: boolean }) {
  if (plain && typeof value === "boolean") return value ? "Success" : "Failure";
  const cut = cutValue(value);
  if (cut) {
    return (
      <>
        <VisibleText text={cut.cut ?? "…"} lines />
        <span className="cut-note">{cutText(cut)}</span>
      </>
    );
  }
  if (Array.isArray(value) && value.every((each) => typeof each !== "object")) {
    return value.length === 0 ? <None /> : <VisibleText text={value.map(String).join(", ")} lines />;
  }
  if (isSmallObject(value)) {
    const entries = Object.entries(value);
    return entries.length === 0 ? <None /> : <ContextList context={entries} inner />;
  }
  const text = valueText(value);
  return text === null || text === "" ? <None /> : <VisibleText text={text} lines />;
}

function None() {
  return <span className="text-fg-3">none</span>;
}

/** Objects of plain values or lists of them are shown as pairs; deeper ones as JSON. */
function isSmallObject(value: JsonValue): value is JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const simple = (each: JsonValue) => typeof each !== "object" || each === null;
  return Object.values(value).every((each) => simple(each) || (Array.isArray(each) && each.every(simple)));
}

/** The event's metadata and details as one list; on the same key both stay. */
export function contextOf(metadata: JsonObject | null, details: JsonObject | null): [string, JsonValue][] {
  const known = new Set(Object.keys(metadata ?? {}));
  return [
    ...Object.entries(metadata ?? {}),
    ...Object.entries(details ?? {}).map(([key, value]): [string, JsonValue] => [
      known.has(key) ? `details.${key}` : key,
      value,
    ]),
  ];
}
