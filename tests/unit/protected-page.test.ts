import "./mock-request";
import { renderToStaticMarkup } from "react-dom/server";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { protectedPage } from "@/components/session/protected-page";
import { PageError } from "@/components/session/session-error";
import { sessionErrors } from "@/lib/session/model/error-messages";
import { LogtoError } from "@/lib/logto/errors";
import { SessionError } from "@/lib/session/model/errors";
import type { Requirement } from "@/lib/session/model/requirement";
import { toTombstone, type Session } from "@/lib/session/model/session";
import { variables } from "./environment";
import { refreshTokens } from "./mocks";
import { redirectOf } from "./redirect";
import { requestWith } from "./request";
import { session } from "./sessions";

const [api = ""] = variables.LOGTO_RESOURCES;

const render = vi.fn();

interface Props {
  params: Promise<{ id: string }>;
}

const props: Props = { params: Promise.resolve({ id: "r6f1s9e4ok2m" }) };
const page = (requirement: Parameters<typeof protectedPage<Props>>[0] = {}) =>
  protectedPage<Props>(requirement, render);

/** Opens the page. Middleware passes on its path. */
async function open(
  token: Session | undefined,
  requirement?: Parameters<typeof page>[0],
  path = "/reports?x=1",
) {
  const headers = { "x-requested-path": path };
  const request = await requestWith(token, { isPage: true, headers });
  return request.run(() => page(requirement)(props));
}

const permission = { scope: "x", resource: api };
const draw = async (...parameters: Parameters<typeof open>) =>
  renderToStaticMarkup(await open(...parameters));

beforeEach(() => {
  render.mockReset().mockResolvedValue("the page");
});

describe("a protected page", () => {
  test("renders with its props and the session, without tokens", async () => {
    const token = session();
    expect(await open(token)).toBe("the page");
    const shown = expect.objectContaining({ user: expect.objectContaining({ id: token.subject }) });
    expect(render).toHaveBeenCalledExactlyOnceWith({ ...props, session: shown });
    expect(JSON.stringify(render.mock.calls)).not.toContain(token.refreshToken);
  });

  test("can derive its requirement from its props", async () => {
    const requirement = async ({ params }: Props): Promise<Requirement> => ({
      organization: { id: (await params).id },
    });
    const claims = { sub: "k3v9t2m8qx1a", organizations: ["r6f1s9e4ok2m"] };
    expect(await open(session({ claims }), requirement)).toBe("the page");
    expect(await draw(session(), requirement)).toContain(sessionErrors.not_a_member.text);
    expect(render).toHaveBeenCalledTimes(1);
  });
});

describe("a page without a session", () => {
  const ended = "/sign-in?error=SessionEnded&callbackUrl=%2Freports%3Fx%3D1";

  test.each([undefined, { role: "admin" }])(
    "redirects to the sign-in page, which leads back: %j",
    async (requirement) => {
      const path = await redirectOf(() => open(undefined, requirement));
      expect(path).toBe("/sign-in?callbackUrl=%2Freports%3Fx%3D1");
      expect(render).not.toHaveBeenCalled();
    },
  );

  test("tells the sign-in page that Logto rejected the grant, whoever finds out", async () => {
    expect(await redirectOf(() => open(toTombstone(session())))).toBe(ended);
    refreshTokens.mockRejectedValue(new LogtoError("invalid_grant", "over"));
    expect(await redirectOf(() => open(session(), { permission }))).toBe(ended);
    render.mockRejectedValue(new SessionError("session_ended", "over"));
    expect(await redirectOf(() => open(session()))).toBe(ended);
  });

  test.each(["https://evil.example/", "/sign-in", ""])(
    "leads back to the dashboard if the requested path is %j",
    async (path) => {
      const openPage = () => open(undefined, {}, path);
      expect(await redirectOf(openPage)).toBe("/sign-in?callbackUrl=%2Fdashboard");
    },
  );
});

describe("a page that the user is not allowed to see", () => {
  const callbackUrl = 'name="callbackUrl" value="/reports?x=1"';

  test("says so at its own address, names the user and offers to sign in again", async () => {
    const drawn = await draw(session(), { role: "auditor" });
    for (const text of ["have access to this page", "Alice Kim", sessionErrors.not_allowed.text])
      expect(drawn).toContain(text);
    const form =
      /<form(?:(?!<\/form>).)*Sign in again to get new permissions/.exec(drawn)?.[0] ?? "";
    expect(form).toContain(callbackUrl);
    expect(drawn).toContain("Sign out to switch account");
    expect(render).not.toHaveBeenCalled();
  });

  test("says so if the page itself throws not_allowed", async () => {
    render.mockRejectedValue(new SessionError("not_allowed", "not theirs"));
    expect(await draw(session())).toContain("have access to this page");
  });

  test("shows the error in an outage of Logto, and does not render", async () => {
    refreshTokens.mockRejectedValue(new LogtoError("unavailable", "no response"));
    const drawn = await draw(session(), { permission });
    expect(drawn).toContain(sessionErrors.provider_unavailable.title);
    expect(render).not.toHaveBeenCalled();
  });

  test("offers to sign in again if that is required, and leads back to the page", async () => {
    render.mockRejectedValue(new SessionError("sign_in_again", "old"));
    const drawn = await draw(session());
    for (const text of [
      sessionErrors.sign_in_again.title,
      'name="prompt" value="login consent"',
      'name="callbackUrl" value="/reports?x=1"',
    ])
      expect(drawn).toContain(text);
  });
});

test("an error that is not a SessionError is thrown on", async () => {
  const error = new TypeError("a bug");
  render.mockRejectedValue(error);
  await expect(open(session())).rejects.toBe(error);
});

test("the code in a page's address is shown as an error, unless it is unknown", () => {
  const drawnFor = (code: string) =>
    renderToStaticMarkup(PageError({ code, path: "/settings" }) || null);
  expect(drawnFor("not_a_member")).toContain(sessionErrors.not_a_member.title);
  expect(drawnFor("made-up")).toBe("");
});
