"use client";
import Link from "next/link";
import { useState } from "react";
import { Table, Td, Th } from "@/components/ui/table";
import { RelativeTime } from "@/components/ui/time";
import { VisibleText } from "@/components/visible-text/visible-text";
import { sourceKinds } from "@/lib/features/data-sources/schemas";
import { RetryButton } from "./retry-button";
import { SelectedActions } from "./selected-actions";
import { sizeInWords } from "./sizes";
import { SourceStatus, type StatusFacts } from "./source-status";

interface SourceListed extends StatusFacts {
  id: string;
  kind: keyof typeof sourceKinds;
  title: string;
  addedBy: string | null;
  updatedAt: string;
  /** For another try, where the source has failed. */
  retryAttemptId: string | null;
}

/** The sources of a guru, with what can be done to several at once. */
export function SourceTable({
  guru,
  sources,
  timeZone,
  now,
  attemptIds,
}: {
  guru: string;
  sources: SourceListed[];
  timeZone: string;
  now: string;
  attemptIds: { delete: string; reindex: string };
}) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  // What was deleted meanwhile, here or elsewhere, is not chosen any more.
  const selected = sources.filter((source) => chosen.has(source.id));
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const all = selected.length === sources.length;
  return (
    <>
      <SelectedActions guru={guru} selected={selected} attemptIds={attemptIds} />
      <Table label="Data sources">
        <thead>
          <tr>
            <Th className="w-8">
              <input
                type="checkbox"
                className="check"
                aria-label="Select all"
                checked={all}
                onChange={() => setChosen(all ? new Set() : new Set(sources.map((source) => source.id)))}
              />
            </Th>
            <Th>Title</Th>
            <Th className="max-md:hidden">Type</Th>
            <Th className="text-right max-md:hidden">Size</Th>
            <Th>Status</Th>
            <Th className="max-lg:hidden">Added by</Th>
            <Th className="max-md:hidden">Updated</Th>
          </tr>
        </thead>
        <tbody>
          {sources.map((source) => (
            <tr key={source.id}>
              <Td>
                <input
                  type="checkbox"
                  className="check"
                  aria-label={`Select ${source.title}`}
                  checked={chosen.has(source.id)}
                  onChange={() => toggle(source.id)}
                />
              </Td>
              <Td className="min-w-[140px] max-w-[360px] lg:min-w-[220px] [overflow-wrap:anywhere]">
                <Link className="link" href={`/gurus/${guru}/data-sources/${source.id}`} prefetch={false}>
                  <VisibleText text={source.title} />
                </Link>
              </Td>
              <Td className="whitespace-nowrap max-md:hidden">{sourceKinds[source.kind]}</Td>
              <Td className="num whitespace-nowrap text-right max-md:hidden">
                {source.sizeBytes > 0 ? sizeInWords(source.sizeBytes) : "-"}
              </Td>
              <Td>
                <div className="flex flex-wrap items-center gap-2">
                  <SourceStatus source={source} />
                  {source.retryAttemptId ? (
                    <RetryButton guru={guru} source={source} attemptId={source.retryAttemptId} />
                  ) : null}
                </div>
              </Td>
              <Td className="text-fg-2 max-lg:hidden">{source.addedBy ?? "-"}</Td>
              <Td className="whitespace-nowrap max-md:hidden">
                <RelativeTime value={source.updatedAt} timeZone={timeZone} now={now} />
              </Td>
            </tr>
          ))}
        </tbody>
      </Table>
    </>
  );
}
