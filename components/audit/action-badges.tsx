import { Badge } from "@/components/ui/badge";
import type { ActionType, Outcome } from "./types";

const WORDS: Record<ActionType, string> = {
  access: "Access",
  created: "Created",
  updated: "Updated",
  deleted: "Deleted",
};

/** A failed event keeps its type's badge and adds an outlined word. */
export function ActionBadges({ actionType, outcome }: { actionType: ActionType; outcome: Outcome }) {
  return (
    <>
      <Badge tone={actionType}>{WORDS[actionType]}</Badge>
      {outcome === "failure" ? <Badge tone="failed">Failed</Badge> : null}
      {outcome === "unknown" ? <Badge tone="unknown">Unknown</Badge> : null}
    </>
  );
}
