"use client";
import { useState } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { SubmitButton } from "@/components/forms/submit-button";
import { Badge } from "@/components/ui/badge";
import { Table, Td, Th } from "@/components/ui/table";
import { VisibleText } from "@/components/visible-text/visible-text";
import { addCrawledPagesAction } from "../../actions";

interface FoundPage {
  ordinal: number;
  url: string;
  title: string;
  state: "known" | "found" | "refused";
  note: string | null;
  isAdded: boolean;
}

/** What a search has met. All that can be added is chosen until somebody takes it out, also what comes while one looks. */
export function FoundPages({
  guru,
  id,
  attemptId,
  pages,
}: {
  guru: string;
  id: string;
  attemptId: string;
  pages: FoundPage[];
}) {
  const [left, setLeft] = useState<ReadonlySet<number>>(new Set());
  const open = pages.filter((page) => page.state === "found" && !page.isAdded);
  const chosen = open.filter((page) => !left.has(page.ordinal));
  const toggle = (ordinal: number) => {
    const next = new Set(left);
    if (!next.delete(ordinal)) next.add(ordinal);
    setLeft(next);
  };
  return (
    <ActionForm action={addCrawledPagesAction} attemptId={attemptId} label="Found pages">
      <input type="hidden" name="guru" value={guru} readOnly />
      <input type="hidden" name="id" value={id} readOnly />
      <div className="mb-3 flex flex-wrap items-center gap-3">
        <SubmitButton look="primary" disabled={chosen.length === 0}>
          Add chosen pages
        </SubmitButton>
        <span className="num text-fg-2 text-sm" aria-live="polite">
          {chosen.length.toLocaleString("en-US")} chosen
        </span>
      </div>
      <Table label="Found pages">
        <thead>
          <tr>
            <Th className="w-8">
              <input
                type="checkbox"
                className="check"
                aria-label="Choose all"
                disabled={open.length === 0}
                checked={open.length > 0 && chosen.length === open.length}
                onChange={() =>
                  setLeft(
                    chosen.length === open.length ? new Set(open.map((page) => page.ordinal)) : new Set(),
                  )
                }
              />
            </Th>
            <Th>Page</Th>
            <Th>Status</Th>
          </tr>
        </thead>
        <tbody>
          {pages.map((page) => (
            <tr key={page.ordinal}>
              <Td>
                {page.state === "found" && !page.isAdded ? (
                  <input
                    type="checkbox"
                    className="check"
                    name="pages"
                    value={page.ordinal}
                    aria-label={`Choose ${page.title || page.url}`}
                    checked={!left.has(page.ordinal)}
                    onChange={() => toggle(page.ordinal)}
                  />
                ) : null}
              </Td>
              <Td className="min-w-[140px] max-w-[520px] [overflow-wrap:anywhere]">
                {page.title ? (
                  <span className="block">
                    <VisibleText text={page.title} />
                  </span>
                ) : null}
                <span className="mono text-fg-2 text-xs">
                  <VisibleText text={page.url} />
                </span>
              </Td>
              <Td className="text-xs">
                <PageState page={page} />
              </Td>
            </tr>
          ))}
        </tbody>
      </Table>
    </ActionForm>
  );
}

function PageState({ page }: { page: FoundPage }) {
  if (page.isAdded) return <Badge tone="created">Exists</Badge>;
  if (page.state === "found") return <Badge>Found</Badge>;
  if (page.state === "known") return <span className="text-fg-2">Not looked at</span>;
  return (
    <span className="text-fg-2">
      <VisibleText text={page.note ?? "Left out"} />
    </span>
  );
}
