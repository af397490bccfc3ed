"use client";
import "./globals.css";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";

/** Stands in for the whole document when the layout itself failed. */
export default function GlobalError({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  return (
    <html lang="en">
      <body>
        <title>Error · Gurulog</title>
        <main className="grid min-h-dvh">
          <EmptyState title="Gurulog could not be shown" actions={<Button onClick={reset}>Try again</Button>}>
            Something went wrong on the server. Try again; if it happens again, tell the person who runs this
            instance{error.digest ? <> and give them the number {error.digest}</> : null}.
          </EmptyState>
        </main>
      </body>
    </html>
  );
}
