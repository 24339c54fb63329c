import type { NextRequest } from "next/server";
import type * as middlewareFile from "./middleware";

/** Runs once when a server starts. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { start } = await import("@/lib/server/start");
  await start();
}

type Answer = (request: NextRequest) => Response | Promise<Response>;
type Checked<File extends { middleware: Answer } | { default: Answer }> = File;

/** Next.js checks what pages and handlers export, but not middleware: this does. */
export type CheckedMiddleware = Checked<typeof middlewareFile>;
