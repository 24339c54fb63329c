"use client";

import { useSyncExternalStore } from "react";
import { themeKey, themes } from "@/components/layout/theme";

const system = "system";

/**
 * The current theme. Read from the document, since the script in <head>, this switch and the switch
 * of another tab all set it there.
 */
const currentTheme = () => document.documentElement.dataset.theme ?? system;

function applyTheme(theme: string | null): void {
  if (theme && theme !== system) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}

function storeTheme(theme: string): void {
  try {
    if (theme === system) localStorage.removeItem(themeKey);
    else localStorage.setItem(themeKey, theme);
  } catch {
    // If the browser stores nothing for this site, the choice lasts as long as the page.
  }
}

function subscribe(onChange: () => void): () => void {
  const onStorage = ({ key, newValue }: StorageEvent) => {
    if (key === themeKey) applyTheme(newValue);
    onChange();
  };
  // The browser sends this event to other tabs only; `choose` sends it to this one.
  window.addEventListener("storage", onStorage);
  return () => window.removeEventListener("storage", onStorage);
}

function choose(theme: string): void {
  storeTheme(theme);
  window.dispatchEvent(new StorageEvent("storage", { key: themeKey, newValue: theme }));
}

/**
 * Switches between the system's theme and the user's choice. Without JavaScript there is no switch,
 * and the system's theme applies.
 */
export function ThemeSwitch() {
  const theme = useSyncExternalStore(subscribe, currentTheme, () => null);
  if (theme === null) return <div className="h-8" />;
  return (
    <fieldset className="flex rounded-md border border-border p-0.5 text-xs">
      <legend className="sr-only">Theme</legend>
      {[system, ...themes].map((each) => (
        <label
          key={each}
          className="cursor-pointer rounded px-2.5 py-1 text-muted capitalize outline-accent hover:text-ink has-checked:bg-subtle has-checked:text-ink has-focus-visible:outline-2"
        >
          <input
            type="radio"
            name="theme"
            value={each}
            checked={each === theme}
            onChange={() => choose(each)}
            className="sr-only"
          />
          {each}
        </label>
      ))}
    </fieldset>
  );
}
