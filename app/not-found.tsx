import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";

export const metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <main className="grid min-h-dvh">
      <EmptyState
        title="There is nothing here"
        actions={<ButtonLink href="/">Go to the start page</ButtonLink>}
      >
        The address is wrong, or the page belongs to something that you have no part in. Ask the person who
        sent you the link to check it.
      </EmptyState>
    </main>
  );
}
