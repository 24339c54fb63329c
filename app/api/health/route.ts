/** Live: whatever restarts a process that hangs asks here. */
export function GET(): Response {
  return Response.json({ status: "live" }, { headers: { "cache-control": "no-store" } });
}
