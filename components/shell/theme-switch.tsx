"use client";
import { writeCookie } from "@/components/ui/browser-cookie";
import { Button, IconButton } from "@/components/ui/button";
import { THEME_COOKIE } from "@/components/ui/cookie-names";
import { Icon } from "@/components/ui/icon";

const YEAR_SECONDS = 365 * 24 * 3600;

/**
 * Switches between light and dark. Choosing what the system has goes back to following the system.
 * @param words stand beside the icon where there is room for them
 */
export function ThemeSwitch({ className, words }: { className?: string; words?: string }) {
  function onClick() {
    const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    const root = document.documentElement;
    const next = (root.dataset.theme ?? system) === "dark" ? "light" : "dark";
    if (next === system) {
      delete root.dataset.theme;
      writeCookie(THEME_COOKIE, "", 0);
    } else {
      root.dataset.theme = next;
      writeCookie(THEME_COOKIE, next, YEAR_SECONDS);
    }
  }
  if (words) {
    return (
      <Button onClick={onClick}>
        <Icon name="theme" />
        {words}
      </Button>
    );
  }
  return (
    <IconButton label="Switch theme" className={className} onClick={onClick}>
      <Icon name="theme" />
    </IconButton>
  );
}
