import type { NextRequest } from "next/server";
import type * as middlewareFile from "./middleware";

/** Runs once when a server starts. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { start } = await import("@/lib/server/start");
  await start();
}

type Handler = (request: NextRequest) => Response | Promise<Response>;
type Checked<File extends { middleware: Handler } | { default: Handler }> = File;

/**
 * Next.js type-checks the exports of pages and handlers, but not those of middleware. This type
 * does.
 */
export type CheckedMiddleware = Checked<typeof middlewareFile>;
