/** Liveness probe, for the supervisor that restarts a process that hangs. */
export function GET(): Response {
  return Response.json({ status: "live" }, { headers: { "cache-control": "no-store" } });
}
