"use client";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { useCallback, useOptimistic, useTransition } from "react";

/** The details sheet is a part of the address: `?event=<id>` beside the filter. */
export function useEventAddress(openId: string | null) {
  const router = useRouter();
  const pathname = usePathname();
  const params = useSearchParams();
  const [, startTransition] = useTransition();
  // The sheet opens at once with what the row knows, while the rest is on its way.
  const [shownId, setShownId] = useOptimistic(openId);

  const hrefOf = useCallback(
    (id: string | null) => {
      const next = new URLSearchParams(params);
      if (id === null) next.delete("event");
      else next.set("event", id);
      const query = next.toString();
      return query ? `${pathname}?${query}` : pathname;
    },
    [pathname, params],
  );

  const open = useCallback(
    (id: string) =>
      startTransition(() => {
        setShownId(id);
        router.push(hrefOf(id), { scroll: false });
      }),
    [router, hrefOf, setShownId],
  );

  const step = useCallback(
    (id: string) =>
      startTransition(() => {
        setShownId(id);
        router.replace(hrefOf(id), { scroll: false });
      }),
    [router, hrefOf, setShownId],
  );

  const close = useCallback(
    () =>
      startTransition(() => {
        setShownId(null);
        router.replace(hrefOf(null), { scroll: false });
      }),
    [router, hrefOf, setShownId],
  );

  return { shownId, hrefOf, open, step, close };
}
