import { CodeBlock } from "@/components/ui/code-block";

const commands = `# the code
git clone <this repository> my-app

# installs, then starts everything
cd my-app && npm run dev`;

const variables = `# the same code, your own Logto tenant
AUTH_LOGTO_ISSUER=https://….logto.app/oidc
AUTH_LOGTO_ID=…
AUTH_LOGTO_SECRET=…`;

/** How to start: two commands, and later three variables. */
export function CommandPanel() {
  return (
    <div className="grid gap-4">
      <CodeBlock title="Terminal" code={commands} />
      <CodeBlock title=".env.local" code={variables} />
    </div>
  );
}
