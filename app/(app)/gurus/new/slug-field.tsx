"use client";
import { useEffect, useRef } from "react";
import { TextField } from "@/components/forms/fields";
import { maxSlug } from "@/lib/features/gurus/schemas";

const slugOf = (name: string) =>
  name
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, maxSlug)
    .replaceAll(/-+$/g, "");

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
