"use client";
import { useEffect, useState } from "react";

const key = "gurulog.code-wrap";

/** Whether long lines are wrapped; kept in this browser. */
export function useWrapped(): [boolean, (isWrapped: boolean) => void] {
  const [isWrapped, setWrapped] = useState(false);
  useEffect(() => setWrapped(localStorage.getItem(key) === "on"), []);
  return [
    isWrapped,
    (wanted) => {
      setWrapped(wanted);
      if (wanted) localStorage.setItem(key, "on");
      else localStorage.removeItem(key);
    },
  ];
}
