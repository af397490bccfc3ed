import Link from "next/link";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Table, Td, Th } from "@/components/ui/table";
import { VisibleText } from "@/components/visible-text/visible-text";
import { pageNumber } from "@/lib/access/list-page";
import { guruTeams } from "@/lib/features/users/role-queries";
import { load } from "../../../load";
import { ListPages } from "../../list-pages";
import { SearchForm } from "../../search-form";
import { UsersFrame } from "../users-frame";

export const metadata = { title: "Guru assignments" };

const address = "/settings/users/gurus";
/** From here on a list is long enough to be searched. */
const longList = 20;

type SearchParams = Promise<Record<string, string | string[] | undefined>>;

export default async function GuruAssignmentsPage({ searchParams }: { searchParams: SearchParams }) {
  const asked = await searchParams;
  const search = [asked.search ?? ""].flat()[0] ?? "";
  const found = await load(guruTeams, { search, page: pageNumber(asked.page) });
  const gurus = found.rows;
  return (
    <UsersFrame
      view="gurus"
      title="Guru assignments"
      description="Who maintains and who may ask each guru. Every change is recorded."
    >
      {found.total > longList || search !== "" ? (
        <SearchForm action={address} search={search} label="Guru" />
      ) : null}
      {gurus.length === 0 && found.total > 0 ? (
        <EmptyState title="No guru is found" actions={<ButtonLink href={address}>Show all</ButtonLink>}>
          No guru's name or address holds what you searched for.
        </EmptyState>
      ) : gurus.length === 0 ? (
        <EmptyState title="There is no guru yet">
          Once somebody has made one, you give people their roles in it here.
        </EmptyState>
      ) : (
        <Table label="Gurus">
          <thead>
            <tr>
              <Th>Guru</Th>
              <Th className="max-md:hidden">Visibility</Th>
              <Th className="text-right">Maintainers</Th>
              <Th className="text-right">Viewers</Th>
              <Th>
                <span className="sr-only">Assign</span>
              </Th>
            </tr>
          </thead>
          <tbody>
            {gurus.map((guru) => (
              <tr key={guru.id}>
                <Td className="font-medium [overflow-wrap:anywhere]">
                  <VisibleText text={guru.name} />
                </Td>
                <Td className="max-md:hidden">
                  {guru.visibility === "organization" ? "Every member may ask" : "Private"}
                </Td>
                <Td className="num text-right">{guru.maintainers}</Td>
                <Td className="num text-right">{guru.viewers}</Td>
                <Td className="text-right">
                  <Link
                    className="link"
                    href={`/settings/users/gurus/${guru.slug}`}
                    prefetch={false}
                    aria-label={`Assign users of ${guru.name}`}
                  >
                    Assign
                  </Link>
                </Td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
      <ListPages address={address} kept={{ search }} page={found.page} hasMore={found.hasMore} />
    </UsersFrame>
  );
}
