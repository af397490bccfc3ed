import Link from "next/link";
import { Badge } from "@/components/ui/badge";
import { Table, Td, Th } from "@/components/ui/table";
import { RelativeTime } from "@/components/ui/time";
import { VisibleText } from "@/components/visible-text/visible-text";
import { standingWord } from "./standing";

interface ListedUser {
  id: string;
  email: string;
  name: string;
  role: "owner" | "auditor" | "member" | null;
  isWaiting: boolean;
  mustChangePassword: boolean;
  guruRoles: number;
  apiKeys: number;
  lastSeenAt: string | null;
}

/** Every account; the person's name leads to what can be done. */
export function UserTable({ users, timeZone, now }: { users: ListedUser[]; timeZone: string; now: string }) {
  return (
    <Table label="Users">
      <thead>
        <tr>
          <Th>User</Th>
          <Th>Role</Th>
          <Th className="text-right max-md:hidden">Guru roles</Th>
          <Th className="text-right max-md:hidden">API keys</Th>
          <Th className="max-md:hidden">Last seen</Th>
          <Th>
            <span className="sr-only">Manage</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {users.map((user) => (
          <tr key={user.id}>
            <Td className="[overflow-wrap:anywhere]">
              <div className="font-medium">
                <VisibleText text={user.name} />
              </div>
              <div className="text-fg-3 text-xs">
                <VisibleText text={user.email} />
              </div>
            </Td>
            <Td>
              {standingWord(user)}
              {user.mustChangePassword ? (
                <span className="ml-2 whitespace-nowrap">
                  <Badge tone="warning">Password not changed yet</Badge>
                </span>
              ) : null}
            </Td>
            <Td className="num text-right max-md:hidden">{user.guruRoles}</Td>
            <Td className="num text-right max-md:hidden">{user.apiKeys}</Td>
            <Td className="whitespace-nowrap max-md:hidden">
              {user.lastSeenAt ? (
                <RelativeTime value={user.lastSeenAt} timeZone={timeZone} now={now} />
              ) : (
                <span className="text-fg-3">Not signed in</span>
              )}
            </Td>
            <Td className="text-right">
              <Link
                className="link"
                href={`/settings/users/${user.id}`}
                prefetch={false}
                aria-label={`Manage ${user.email}`}
              >
                Manage
              </Link>
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
