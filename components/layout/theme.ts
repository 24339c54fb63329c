/** What can be chosen in place of the system's theme. */
export const themes = ["light", "dark"] as const;

/** Where the browser keeps what was chosen. */
export const themeKey = "theme";

/** Shows the chosen theme. Stands in <head>, to run before anything is painted. */
export const themeScript = `try{const t=localStorage.getItem("${themeKey}");if(${JSON.stringify(themes)}.includes(t))document.documentElement.dataset.theme=t}catch{}`;
