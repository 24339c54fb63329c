/** The themes that a user can choose instead of the system's. */
export const themes = ["light", "dark"] as const;

/** The `localStorage` key of the chosen theme. */
export const themeKey = "theme";

/** Applies the chosen theme. It is in <head>, so that it runs before the first paint. */
export const themeScript = `try{const t=localStorage.getItem("${themeKey}");if(${JSON.stringify(themes)}.includes(t))document.documentElement.dataset.theme=t}catch{}`;
