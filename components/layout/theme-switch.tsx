"use client";

import { useSyncExternalStore } from "react";
import { themeKey, themes } from "@/components/layout/theme";

const system = "system";

/**
 * What the page shows is also what was chosen: by the script in <head>, by this switch, or by that
 * of another tab.
 */
const shown = () => document.documentElement.dataset.theme ?? system;

function show(theme: string | null): void {
  if (theme && theme !== system) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}

function keep(theme: string): void {
  try {
    if (theme === system) localStorage.removeItem(themeKey);
    else localStorage.setItem(themeKey, theme);
  } catch {
    // Where the browser keeps nothing for this site, the choice lasts as long as the page.
  }
}

function subscribe(changed: () => void): () => void {
  const follow = ({ key, newValue }: StorageEvent) => {
    if (key === themeKey) show(newValue);
    changed();
  };
  // Other tabs are told by the browser, this one by `choose`.
  window.addEventListener("storage", follow);
  return () => window.removeEventListener("storage", follow);
}

function choose(theme: string): void {
  keep(theme);
  window.dispatchEvent(new StorageEvent("storage", { key: themeKey, newValue: theme }));
}

/**
 * The system's theme, or one of one's own. Without JavaScript there is no switch, and the theme is
 * the system's.
 */
export function ThemeSwitch() {
  const theme = useSyncExternalStore(subscribe, shown, () => null);
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
