"use client";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";

export default function ErrorPage({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  return (
    <main className="grid min-h-[60dvh] flex-1">
      <EmptyState title="This page could not be shown" actions={<Button onClick={reset}>Try again</Button>}>
        Something went wrong on the server. Try again; if it happens again, tell the person who runs this
        instance{error.digest ? <> and give them the number {error.digest}</> : null}.
      </EmptyState>
    </main>
  );
}
