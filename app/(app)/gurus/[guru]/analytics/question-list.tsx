import { Badge } from "@/components/ui/badge";
import { ButtonLink } from "@/components/ui/button";
import { Table, Td, Th } from "@/components/ui/table";
import { AbsoluteTime } from "@/components/ui/time";
import { VisibleText } from "@/components/visible-text/visible-text";
import type { QuestionPage } from "@/lib/features/analytics/lists";
import { doorNames, outcomeNames } from "@/lib/features/analytics/schemas";
import { durationText, numberText } from "./words";

const votes = { up: "Helped", down: "Did not help" } as const;

/** A page of questions, newest first. Who asked stands in the audit log. */
export function QuestionList({
  label,
  page,
  timeZone,
  hrefOf,
  isOlder,
}: {
  label: string;
  page: QuestionPage;
  timeZone: string;
  /** @param before cursor of a page; undefined for the newest */
  hrefOf: (before: string | undefined) => string;
  isOlder: boolean;
}) {
  return (
    <>
      <Table label={label}>
        <thead>
          <tr>
            <Th>Time</Th>
            <Th>Question</Th>
            <Th className="max-md:hidden">Asked through</Th>
            <Th>Result</Th>
            <Th className="text-right max-md:hidden">Response time</Th>
            <Th className="text-right max-lg:hidden">Sources</Th>
            <Th className="text-right max-lg:hidden">Trust</Th>
            <Th className="max-lg:hidden">Vote</Th>
          </tr>
        </thead>
        <tbody>
          {page.rows.map((row) => (
            <tr key={row.id}>
              <Td className="whitespace-nowrap text-fg-2 max-md:whitespace-normal">
                <AbsoluteTime value={row.askedAt} timeZone={timeZone} precision="minutes" />
              </Td>
              <Td className="min-w-[140px] max-w-[420px] lg:min-w-[240px] [overflow-wrap:anywhere]">
                <VisibleText text={row.question} />
              </Td>
              <Td className="whitespace-nowrap max-md:hidden">{doorNames[row.door]}</Td>
              <Td>
                <Badge tone={row.answered ? "created" : "warning"}>{outcomeNames[row.outcome]}</Badge>
              </Td>
              <Td className="num whitespace-nowrap text-right max-md:hidden">
                {durationText(row.durationMs)}
              </Td>
              <Td className="num text-right max-lg:hidden">{numberText(row.sources)}</Td>
              <Td className="num text-right max-lg:hidden">{row.trustScore ?? "-"}</Td>
              <Td className="whitespace-nowrap max-lg:hidden">{row.vote ? votes[row.vote] : "-"}</Td>
            </tr>
          ))}
        </tbody>
      </Table>
      {isOlder || page.next ? (
        <nav aria-label="Pages" className="mt-3 flex justify-end gap-2">
          {isOlder ? <ButtonLink href={hrefOf(undefined)}>Newest</ButtonLink> : null}
          {page.next ? (
            <ButtonLink href={hrefOf(page.next)} rel="next">
              Older
            </ButtonLink>
          ) : null}
        </nav>
      ) : null}
    </>
  );
}
