"use client";
import { BarePage } from "@/components/ui/bare-page";
import { Button } from "@/components/ui/button";

export default function ErrorPage({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  return (
    <BarePage title="This page could not be shown" actions={<Button onClick={reset}>Try again</Button>}>
      Something went wrong on the server. Try again; if it happens again, tell the person who runs this
      instance
      {error.digest ? <> and give them the number {error.digest}</> : null}.
    </BarePage>
  );
}
