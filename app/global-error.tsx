"use client";
import "./globals.css";
import { BarePage } from "@/components/ui/bare-page";
import { Button } from "@/components/ui/button";

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
        <BarePage title="Gurulog could not be shown" actions={<Button onClick={reset}>Try again</Button>}>
          Something went wrong on the server. Try again; if it happens again, tell the person who runs this
          instance{error.digest ? <> and give them the number {error.digest}</> : null}.
        </BarePage>
      </body>
    </html>
  );
}
