import { requireSession, withSession } from "@/lib/session/guards";

/**
 * For admins of the organization in the address, which only the handler knows: what its guard
 * throws is answered, too.
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
