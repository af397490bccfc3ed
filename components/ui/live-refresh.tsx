"use client";
import { useRouter } from "next/navigation";
import { useEffect } from "react";

const everyMs = 1_500;

/** Keeps the page up to date while something on it is under way and someone is looking. */
export function LiveRefresh({ active }: { active: boolean }) {
  const router = useRouter();
  useEffect(() => {
    if (!active) return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") router.refresh();
    }, everyMs);
    return () => clearInterval(timer);
  }, [active, router]);
  return null;
}
