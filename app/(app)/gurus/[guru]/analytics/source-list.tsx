import Link from "next/link";
import { Table, Td, Th } from "@/components/ui/table";
import { VisibleText } from "@/components/visible-text/visible-text";
import type { SourceRow } from "@/lib/features/analytics/lists";
import { numberText, percentText } from "./words";

/** The sources that answers quoted, most quoted first. */
export function SourceList({
  slug,
  rows,
  questions,
  kinds,
}: {
  slug: string;
  rows: readonly SourceRow[];
  /** Questions of the range, of which each share is. */
  questions: number;
  /** Names of the kinds for people. */
  kinds: Record<string, string>;
}) {
  return (
    <Table label="Referenced sources">
      <thead>
        <tr>
          <Th>Source</Th>
          <Th className="max-md:hidden">Type</Th>
          <Th className="text-right">Questions that quote it</Th>
          <Th className="text-right max-md:hidden">Of all</Th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ id, source, questions: quoted }) => (
          <tr key={id}>
            <Td className="min-w-[140px] max-w-[460px] [overflow-wrap:anywhere]">
              {source ? (
                <Link className="link" href={`/gurus/${slug}/data-sources/${id}`} prefetch={false}>
                  <VisibleText text={source.title} />
                </Link>
              ) : (
                <span className="text-fg-3">A source that was deleted</span>
              )}
            </Td>
            <Td className="whitespace-nowrap max-md:hidden">
              {source ? (kinds[source.kind] ?? source.kind) : "-"}
            </Td>
            <Td className="num text-right">{numberText(quoted)}</Td>
            <Td className="num text-right max-md:hidden">
              {percentText(questions === 0 ? null : (quoted / questions) * 100)}
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
