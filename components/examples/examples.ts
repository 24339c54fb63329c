/** One way of protecting something. */
interface Protection {
  /** Where it is to be seen. */
  href: string;
  /** What it protects, as the overview asks for it. */
  protects: string;
  /** The guard that it calls. */
  guard: string;
  file: string;
  /** An excerpt of the file; `…` stands for what is left out. A test compares it with the file. */
  code: string;
}

/** One that has a page to show it. */
export interface Example extends Protection {
  title: string;
  description: string;
}

const server: Example = {
  href: "/examples/server",
  title: "A page for signed-in people",
  description:
    "Guard and page are one. Whoever is signed out gets a real redirect (307) to sign in, and comes back here.",
  protects: "A page, for everybody who is signed in",
  guard: "protectedPage({}, …)",
  file: "app/(protected)/examples/server/page.tsx",
  code: `export default protectedPage({}, async ({ session }) => {
  …
});`,
};

const middleware: Example = {
  href: "/examples/middleware",
  title: "A page that middleware guards, too",
  description:
    "Middleware sends visitors without a session away before anything is rendered. The page still has its own guard, since there have been ways around middleware.",
  protects: "All pages under a path, before they render",
  guard: "only(pages)",
  file: "middleware.ts",
  code: `const protection = only([
  …
  "/examples/middleware",
]);`,
};

const role: Example = {
  href: "/examples/admin",
  title: "A page for a role",
  description:
    "Roles are given at Logto and come with the session, at most as old as its access token. Somebody without the role sees at the same address that they have no access.",
  protects: "A page, for people with a role",
  guard: 'protectedPage({ role: "admin" }, …)',
  file: "app/(protected)/examples/admin/page.tsx",
  code: `export default protectedPage({ role: "admin" }, async ({ session }) => {
  …
});`,
};

const permission: Example = {
  href: "/examples/permission",
  title: "A page for a permission",
  description:
    "A permission is a scope of an API resource. The guard gets an access token for the resource and looks whether Logto granted the scope. Here that is write, or else the first permission of LOGTO_SCOPES, at the API of API_RESOURCE, or else the first of LOGTO_RESOURCES.",
  protects: "A page, for people with a permission at an API",
  guard: "protectedPage({ permission }, …)",
  file: "app/(protected)/examples/permission/page.tsx",
  code: `/** Such as \`{ permission: { scope: "write", resource: "https://api.example.com" } }\`. */
async function mayUseApi() {
  return { permission: apiPermission() };
}

export default protectedPage(mayUseApi, async ({ session }) => {
  …
});`,
};

const organization: Example = {
  href: "/examples/organization",
  title: "A page of an organization",
  description:
    "The organization comes from the address, so it is the guard that says whether this user is a member of it, and an admin there. A foreign organization and one that does not exist look the same.",
  protects: "A page, for members of an organization",
  guard: "protectedPage(adminOf, …)",
  file: "app/(protected)/examples/organization/[id]/page.tsx",
  code: `async function adminOf({ params }: PageProps<"/examples/organization/[id]">) {
  return { organization: { id: (await params).id, role: "admin" } };
}

export default protectedPage(adminOf, async ({ session, params }) => {
  …
});`,
};

const action: Example = {
  href: "/examples/action",
  title: "Server actions",
  description:
    "An action can be called by anybody who knows its address, whatever page it belongs to. So each has a guard of its own: to write a note takes a session, to delete it the role admin.",
  protects: "A server action",
  guard: "actionWithSession(action, { role })",
  file: "app/(protected)/examples/action/actions.ts",
  code: `/** Deletes the note; admins may. */
export const deleteNote = withOutcome(
  actionWithSession(
    async () => {
      (await cookies()).delete(note);
    },
    { role: "admin" },
  ),
);`,
};

const handler: Protection = {
  href: "/api/examples/role",
  protects: "A route handler",
  guard: "withSession(handler, { role })",
  file: "app/api/examples/role/route.ts",
  code: `export const GET = withSession(({ user }) => Response.json({ roles: user.roles }), {
  role: "admin",
});`,
};

const client: Example = {
  href: "/examples/client",
  title: "A page that the browser draws",
  description:
    "The server primes the session, so nothing flashes while it loads, and the browser keeps looking: it notices a sign-out in another tab. What is secret comes from a protected handler.",
  protects: "What a client component shows",
  guard: "useSession() and a handler",
  file: "app/(public)/examples/client/page.tsx",
  code: `<SessionProvider session={session} refetchInterval={60} refetchWhenOffline={false}>
  <AskAgain />
  <Permissions />
</SessionProvider>`,
};

/** The examples, in the order of the overview. */
export const examples = {
  server,
  middleware,
  role,
  permission,
  organization,
  handler,
  action,
  client,
};
