import type * as Library from "oidc-provider";

/**
 * The only place that loads `oidc-provider`. On Node 20 the library prints a warning about the
 * runtime when it loads. The developer cannot act on it, so that one line is suppressed.
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
