const files = [
  { path: "auth.ts", text: "Auth.js with the Logto provider, and what the session holds" },
  { path: "middleware.ts", text: "Which pages need a session; everybody else is sent to sign in" },
  { path: "lib/session/guards.ts", text: "The guards that pages call" },
  { path: "lib/env.ts", text: "Every variable, checked once at start" },
  { path: "dev/identity/", text: "The stand-in for Logto; production code never imports it" },
];

/** Where to begin reading. */
export function ReadFirst() {
  return (
    <section
      aria-labelledby="read-first"
      className="grid gap-8 border-t border-border pt-12 sm:pt-16 lg:grid-cols-[1fr_1.35fr] lg:gap-14"
    >
      <div>
        <h2 id="read-first" className="text-title">
          Small enough to read
        </h2>
        <p className="mt-3 max-w-prose leading-6 text-muted">
          Each file has one idea and says why it does what it does. Begin with these.
        </p>
      </div>
      <dl className="divide-y divide-border border-y border-border">
        {files.map(({ path, text }) => (
          <div key={path} className="grid gap-x-6 gap-y-0.5 py-3 sm:grid-cols-[13rem_1fr]">
            <dt className="font-mono text-[0.8125rem]">{path}</dt>
            <dd className="text-muted">{text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
