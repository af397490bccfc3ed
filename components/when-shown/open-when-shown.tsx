"use client";
import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { Skeleton } from "@/components/ui/skeleton";
import { whenShown } from "./when-shown";

/**
 * Stands for a page that was fetched before anybody looked at it: such an answer has nothing of what is recorded. Once
 * somebody does look, the page is asked for again, and that is their view.
 */
export function OpenWhenShown() {
  const router = useRouter();
  useEffect(() => whenShown(() => router.refresh()), [router]);
  return (
    <div className="grid gap-3 py-3" role="status">
      <span className="sr-only">Opening</span>
      {["w-[46%]", "w-[72%]", "w-[64%]", "w-[38%]"].map((width) => (
        <Skeleton key={width} className={width} />
      ))}
      <noscript>
        {/* biome-ignore lint/a11y/useValidAnchor: this page again, with its filters */}
        <a className="link" href="">
          Open
        </a>
      </noscript>
    </div>
  );
}
