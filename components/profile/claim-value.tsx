import { Avatar } from "@/components/ui/avatar";
import { Timestamp } from "@/components/ui/timestamp";
import { isShownPicture } from "@/lib/server/security-headers";

const timestamps = new Set(["created_at", "updated_at"]);

/**
 * The value of a claim, formatted by its type. Logto's timestamps are in milliseconds, those of
 * OpenID Connect in seconds.
 */
export function ClaimValue({ claim, value }: { claim: string; value: unknown }) {
  if (value === null || value === undefined || value === "")
    return <span className="text-muted">not set</span>;
  if (timestamps.has(claim) && typeof value === "number") {
    return (
      <>
        <Timestamp value={value < 1e11 ? value * 1000 : value} />{" "}
        <code className="font-mono text-xs text-muted">{value}</code>
      </>
    );
  }
  if (claim === "picture" && typeof value === "string") {
    return (
      <span className="flex items-center gap-3">
        <Avatar src={isShownPicture(value) ? value : null} name="?" />
        <span className="wrap-anywhere">{value}</span>
      </span>
    );
  }
  if (typeof value === "string") return <span className="wrap-anywhere">{value}</span>;
  return (
    <pre className="font-mono text-[0.8125rem] leading-5 wrap-anywhere whitespace-pre-wrap">
      {formatJson(value)}
    </pre>
  );
}

/** One line for short JSON, indented lines for longer JSON. */
function formatJson(value: unknown): string {
  const line = JSON.stringify(value);
  return line.length <= 60 ? line : JSON.stringify(value, null, 2);
}
