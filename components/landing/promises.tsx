const promises = [
  {
    title: "Signed in within a minute",
    text: "Nothing to register. One command installs everything, creates a secret and starts a local stand-in for Logto, with sample users, roles and organizations.",
  },
  {
    title: "Ship what you cloned",
    text: "Production runs the same code. Set three variables of your Logto tenant, and the stand-in no longer starts. Deploy to Vercel or to any Node.js host.",
  },
  {
    title: "Tokens stay on the server",
    text: "The browser holds an encrypted cookie; no page and no script ever sees a token. Signing out ends the session here, revokes the grant and ends the session at Logto.",
  },
];

/** What the starter promises: the landing page's three points. */
export function Promises() {
  return (
    <section aria-labelledby="promises" className="border-t border-border py-12 sm:py-16">
      <h2 id="promises" className="sr-only">
        What you get
      </h2>
      <ol className="grid gap-10 md:grid-cols-3 md:gap-8">
        {promises.map(({ title, text }, index) => (
          <li key={title}>
            <p aria-hidden="true" className="font-mono text-xs text-accent">
              0{index + 1}
            </p>
            <h3 className="mt-3 text-heading">{title}</h3>
            <p className="mt-2 leading-6 text-muted">{text}</p>
          </li>
        ))}
      </ol>
    </section>
  );
}
