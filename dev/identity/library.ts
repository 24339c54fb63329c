import type * as Library from "oidc-provider";

/**
 * The one place that loads `oidc-provider`. On Node 20 the library prints a warning line about the
 * runtime when it is loaded; whoever runs this starter can do nothing about it, so that one line is
 * held back.
 */
async function loadLibrary(): Promise<typeof Library> {
  const warn = console.warn;
  console.warn = (...line: unknown[]) => {
    if (!String(line[0]).includes("oidc-provider WARNING: Unsupported runtime")) warn(...line);
  };
  try {
    return await import("oidc-provider");
  } finally {
    console.warn = warn;
  }
}

export const { Provider, errors, interactionPolicy } = await loadLibrary();
