import { isReady } from "@/lib/server/health";

/** Readiness probe, for load balancers and monitoring: whether requests can be served. */
export async function GET(): Promise<Response> {
  const ready = await isReady();
  const body = { status: ready ? "ready" : "not_ready" };
  return Response.json(body, {
    status: ready ? 200 : 503,
    headers: { "cache-control": "no-store" },
  });
}
