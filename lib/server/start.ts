import { checkEnvironment } from "./check-environment";
import { checkIssuer } from "./check-issuer";
import { isProduction } from "@/lib/env";
import { logConsole } from "@/lib/log";
import { rejectMalformedAddresses } from "./malformed-addresses";
import { identifyRequests } from "./request-id";

/** Runs once per server process, before the first request. */
export async function start(): Promise<void> {
  checkEnvironment();
  identifyRequests();
  rejectMalformedAddresses();
  if (isProduction) logConsole();
  await checkIssuer();
}
