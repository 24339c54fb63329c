export interface SignInMailParts {
  /** The link that signs in, once. */
  url: string;
  /** The site's host, as its address bar has it. */
  host: string;
  /** Until when the link works. */
  expires: Date;
}

const time = new Intl.DateTimeFormat("en", {
  dateStyle: "long",
  timeStyle: "short",
  hourCycle: "h23",
  timeZone: "UTC",
});

/**
 * The mail with a sign-in link, as text and as HTML. The HTML is of tables and inline styles, which is what mail clients
 * draw alike, has no picture and nothing to be fetched, and is dark where the client is.
 */
export function signInMail({ url, host, expires }: SignInMailParts): {
  subject: string;
  text: string;
  html: string;
} {
  const subject = `Sign in to ${host}`;
  const validity = `The link works once, until ${time.format(expires)} UTC.`;
  const unasked =
    "You did not ask for it? Then somebody probably mistyped their address. Ignore this mail: without the link nobody is signed in.";
  const text = [subject, url, validity, unasked].join("\n\n") + "\n";
  const html = page(subject, {
    // So that no client makes a link of the host: the only link is the one that signs in.
    heading: escape(subject).replaceAll(".", "&#8203;."),
    url: escape(url),
    validity: escape(validity),
    unasked: escape(unasked),
  });
  return { subject, text, html };
}

const entities: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escape = (text: string) => text.replace(/[&<>"']/g, (character) => entities[character] ?? "");

const font = "font-family:ui-sans-serif,system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

/** @param parts HTML already */
function page(
  title: string,
  parts: { heading: string; url: string; validity: string; unasked: string },
): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escape(title)}</title>
<style>
  :root { color-scheme: light dark; }
  @media (prefers-color-scheme: dark) {
    .canvas { background: #0c0d0f !important; }
    .surface { background: #131518 !important; border-color: #25292e !important; }
    .ink { color: #edeff1 !important; }
    .muted { color: #9aa3ad !important; }
    .button { background: #edeff1 !important; color: #0c0d0f !important; }
    .line { border-color: #25292e !important; }
  }
</style>
</head>
<body class="canvas" style="margin:0;padding:0;background:#fafbfb">
<table role="presentation" class="canvas" width="100%" cellpadding="0" cellspacing="0" style="background:#fafbfb">
<tr><td align="center" style="padding:40px 16px">
<table role="presentation" class="surface" width="100%" cellpadding="0" cellspacing="0" style="max-width:480px;background:#ffffff;border:1px solid #e4e7ea;border-radius:12px;border-collapse:separate">
<tr><td style="padding:32px;${font}">
<h1 class="ink" style="margin:0;font-size:22px;line-height:1.3;font-weight:600;letter-spacing:-0.02em;color:#14181c;word-break:break-word">${parts.heading}</h1>
<p class="muted" style="margin:12px 0 0;font-size:15px;line-height:1.6;color:#5b6570">${parts.validity}</p>
<p style="margin:24px 0 0"><a href="${parts.url}" class="button" style="display:inline-block;padding:11px 20px;border-radius:6px;background:#14181c;color:#ffffff;font-size:15px;line-height:1.2;font-weight:500;text-decoration:none">Sign in</a></p>
<p class="muted" style="margin:28px 0 0;font-size:13px;line-height:1.6;color:#5b6570">The button does nothing? Open this address:</p>
<p class="muted" style="margin:4px 0 0;font-size:12px;line-height:1.6;color:#5b6570;word-break:break-all">${parts.url}</p>
<p class="muted line" style="margin:24px 0 0;padding:20px 0 0;border-top:1px solid #e4e7ea;font-size:13px;line-height:1.6;color:#5b6570">${parts.unasked}</p>
</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`;
}
