import Link from "next/link";
import { EmptyState } from "@/components/ui/empty-state";
import { Table, Td, Th } from "@/components/ui/table";
import { VisibleText } from "@/components/visible-text/visible-text";
import { guruTeams } from "@/lib/features/users/queries";
import { load } from "../../../load";
import { UsersFrame } from "../users-frame";

export const metadata = { title: "Guru assignments" };

export default async function GuruAssignmentsPage() {
  const gurus = await load(guruTeams, null);
  return (
    <UsersFrame
      view="gurus"
      title="Guru assignments"
      description="Who maintains and who may ask each guru. Every change is recorded."
    >
      {gurus.length === 0 ? (
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
    </UsersFrame>
  );
}
