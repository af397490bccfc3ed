"use client";
import { usePathname } from "next/navigation";
import { useEffect } from "react";
import { readCookie, writeCookie } from "./browser-cookie";
import { FLASH_COOKIE } from "./cookie-names";
import { useToast } from "./toast";

/**
 * Shows the message that a server action left in a short-lived cookie before it redirected. A cookie and
 * not the address: whoever can make a link must not be able to put words into our mouth.
 */
export function FlashToast() {
  const toast = useToast();
  const pathname = usePathname();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page is when a message may be waiting
  useEffect(() => {
    const text = readCookie(FLASH_COOKIE);
    if (!text) return;
    writeCookie(FLASH_COOKIE, "", 0);
    toast(text);
  }, [pathname, toast]);
  return null;
}
