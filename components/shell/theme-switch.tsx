"use client";
import { writeCookie } from "@/components/ui/browser-cookie";
import { IconButton } from "@/components/ui/button";
import { THEME_COOKIE } from "@/components/ui/cookie-names";
import { Icon } from "@/components/ui/icon";

const YEAR_SECONDS = 365 * 24 * 3600;

/**
 * Switches between light and dark in this browser. Choosing what the system has goes back to following the system, whatever
 * the profile says.
 */
export function ThemeSwitch({ className }: { className?: string }) {
  function onClick() {
    const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    const root = document.documentElement;
    const next = (root.dataset.theme ?? system) === "dark" ? "light" : "dark";
    if (next === system) {
      delete root.dataset.theme;
      writeCookie(THEME_COOKIE, "system", YEAR_SECONDS);
    } else {
      root.dataset.theme = next;
      writeCookie(THEME_COOKIE, next, YEAR_SECONDS);
    }
  }
  return (
    <IconButton label="Switch theme" className={className} onClick={onClick}>
      <Icon name="theme" />
    </IconButton>
  );
}
