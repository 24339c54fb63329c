/** Runs once when a server starts. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const [{ checkEnvironment }, { checkIssuer }, { isProduction }, { logConsole }, { identifyRequests }] =
    await Promise.all([
      import("@/lib/check-environment"),
      import("@/lib/check-issuer"),
      import("@/lib/env"),
      import("@/lib/log"),
      import("@/lib/request-id"),
    ]);
  checkEnvironment();
  identifyRequests();
  if (isProduction) logConsole();
  await checkIssuer();
}
