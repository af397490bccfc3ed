"use client";
import { createContext, type ReactNode, useContext, useMemo, useState } from "react";
import { useHotkey } from "@/components/ui/hotkey";
import { GoToDialog, type GoToEntry } from "./go-to-dialog";
import { ShortcutsDialog } from "./shortcuts-dialog";

type Shell = { openGoTo: () => void; openShortcuts: () => void };

const ShellContext = createContext<Shell>({ openGoTo: nothing, openShortcuts: nothing });

function nothing(): void {}

export function useShell(): Shell {
  return useContext(ShellContext);
}

/** Holds the two dialogs that open from anywhere, and their keys: ⌘K and `?`. */
export function ShellControls({ goTo, children }: { goTo: GoToEntry[]; children: ReactNode }) {
  const [open, setOpen] = useState<"go-to" | "shortcuts" | null>(null);
  const shell = useMemo<Shell>(
    () => ({ openGoTo: () => setOpen("go-to"), openShortcuts: () => setOpen("shortcuts") }),
    [],
  );
  useHotkey({ key: "k", command: true }, shell.openGoTo);
  useHotkey({ key: "?" }, shell.openShortcuts);
  return (
    <ShellContext value={shell}>
      {children}
      {open === "go-to" ? <GoToDialog entries={goTo} onClose={() => setOpen(null)} /> : null}
      {open === "shortcuts" ? <ShortcutsDialog onClose={() => setOpen(null)} /> : null}
    </ShellContext>
  );
}
