import Link from "next/link";
import { Badge } from "@/components/ui/badge";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Page } from "@/components/ui/page";
import { Table, Td, Th } from "@/components/ui/table";
import { VisibleText } from "@/components/visible-text/visible-text";
import { visibleGurus } from "@/lib/features/gurus/queries";
import { AppPage } from "../app-page";
import { load } from "../load";

export const metadata = { title: "Gurus" };

const standings = { maintainer: "Maintainer", viewer: "Viewer", visitor: "May ask" } as const;

export default async function GurusPage() {
  const gurus = await load(visibleGurus, null);
  const create = (
    <ButtonLink href="/gurus/new" look="primary">
      Create guru
    </ButtonLink>
  );
  return (
    <AppPage active="/gurus" breadcrumb={[{ label: "Gurus" }]}>
      <Page
        title="Gurus"
        description="Each answers from its own sources, and keeps its own audit log."
        actions={create}
      >
        {gurus.length === 0 ? (
          <EmptyState title="There is no guru here yet">
            Create one, give it texts or files, and ask. You become its maintainer; others see it only when
            you add them or open it to the organization.
          </EmptyState>
        ) : (
          <Table label="Gurus">
            <thead>
              <tr>
                <Th>Name</Th>
                <Th className="max-md:hidden">Description</Th>
                <Th className="max-md:hidden">Visibility</Th>
                <Th>Your role</Th>
                <Th className="text-right">Sources</Th>
              </tr>
            </thead>
            <tbody>
              {gurus.map((guru) => (
                <tr key={guru.id}>
                  <Td className="max-w-[280px]">
                    <Link className="link font-medium" href={`/gurus/${guru.slug}`} prefetch={false}>
                      <VisibleText text={guru.name} />
                    </Link>
                    <div className="mono text-fg-3">{guru.slug}</div>
                  </Td>
                  <Td className="max-w-[420px] text-fg-2 max-md:hidden">
                    <div className="cut">
                      <VisibleText text={guru.description} />
                    </div>
                  </Td>
                  <Td className="max-md:hidden">
                    <Badge>{guru.visibility === "private" ? "Private" : "Organization"}</Badge>
                  </Td>
                  <Td>{standings[guru.standing]}</Td>
                  <Td className="num text-right">{guru.sources.toLocaleString("en-US")}</Td>
                </tr>
              ))}
            </tbody>
          </Table>
        )}
      </Page>
    </AppPage>
  );
}
