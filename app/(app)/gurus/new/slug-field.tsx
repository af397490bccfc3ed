"use client";
import { useEffect, useRef } from "react";
import { TextField } from "@/components/forms/fields";
import { maxSlug, slugOf } from "@/lib/features/gurus/schemas";

/** The slug follows the name until someone types one. */
export function SlugField() {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const form = place.current?.closest("form");
    const name = form?.querySelector<HTMLInputElement>('input[name="name"]');
    const slug = form?.querySelector<HTMLInputElement>('input[name="slug"]');
    if (!name || !slug) return;
    let own = slug.value !== "" && slug.value !== slugOf(name.value);
    const follow = () => {
      if (!own) slug.value = slugOf(name.value);
    };
    const typed = () => {
      own = slug.value !== "";
    };
    // The name may have been typed before this ran.
    follow();
    name.addEventListener("input", follow);
    slug.addEventListener("input", typed);
    return () => {
      name.removeEventListener("input", follow);
      slug.removeEventListener("input", typed);
    };
  }, []);
  return (
    <div ref={place}>
      <TextField
        name="slug"
        label="Slug"
        hint="Its address under /gurus. Lower-case letters, digits and dashes; it cannot be changed later."
        className="mono"
        maxLength={maxSlug}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        required
      />
    </div>
  );
}
