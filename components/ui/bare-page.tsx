import Link from "next/link";
import type { ReactNode } from "react";
import { Logo } from "@/components/shell/logo";
import { EmptyState } from "./empty-state";

/**
 * A page that says one thing, such as that there is nothing at this address. It asks the server for nothing: Next makes
 * these pages along with every other one.
 */
export function BarePage({
  title,
  actions,
  children,
}: {
  title: string;
  actions: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className="bare">
      <header>
        <Link href="/" className="auth-brand" prefetch={false}>
          <Logo />
          Gurulog
        </Link>
      </header>
      <main className="flex flex-1">
        <EmptyState title={title} heading="h1" actions={actions}>
          {children}
        </EmptyState>
      </main>
    </div>
  );
}
