import { requireSession, withSession } from "@/lib/session/guards";

/**
 * Requires the role `admin` in the organization of the address. Only the handler knows the address,
 * so it calls the guard; `withSession` turns what the guard throws into a response.
 */
export const GET = withSession(
  async (
    _session,
    _request: Request,
    { params }: RouteContext<"/api/examples/organization/[id]">,
  ) => {
    const { id } = await params;
    await requireSession({ organization: { id, role: "admin" } });
    return Response.json({ id });
  },
);
