"use client";
import { IconButton } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { useShell } from "./shell-controls";
import { ThemeSwitch } from "./theme-switch";

export function TopBarButtons() {
  const { openShortcuts } = useShell();
  return (
    <>
      <IconButton label="Keyboard shortcuts" className="wide-only" onClick={openShortcuts}>
        <Icon name="help" />
      </IconButton>
      <ThemeSwitch className="wide-only" />
    </>
  );
}
