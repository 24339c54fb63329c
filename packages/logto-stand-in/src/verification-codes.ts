import { createHash, randomInt, timingSafeEqual } from "node:crypto";
import type { Clock } from "./clock.js";
import type { CodePurpose } from "./mail.js";
import { codePolicy, fixedLifetimes } from "./settings.js";

/** Why Logto rejects a code (Logto's error codes without `verification_code.`). */
export type CodeError = "not_found" | "expired" | "exceed_max_try" | "code_mismatch";

interface Verification {
  email: string;
  purpose: CodePurpose;
  code: string;
  /** Milliseconds since the epoch. */
  sentAt: number;
  tries: number;
  /** How many codes were sent to this address in this interaction. */
  sends: number;
  verified: boolean;
}

/** Above this number the oldest one is dropped, so that requests cannot fill the memory. */
const maxVerifications = 1000;

/**
 * The verification codes that were mailed, in memory. Each code belongs to one interaction, and so
 * to the browser that requested it. An interaction has at most one code: a newer code replaces the
 * older one (Logto facts: e-mail codes).
 */
export class VerificationCodes {
  /** By the interaction's uid, oldest first. */
  readonly #verifications = new Map<string, Verification>();
  #sends: { recipient: string; at: number }[] = [];
  readonly #now: Clock;

  constructor(now: Clock) {
    this.#now = now;
  }

  /**
   * Creates a new code for an interaction, whether or not an account has the address.
   * @returns the code to mail, or undefined when too many codes were sent to this address.
   */
  create(uid: string, email: string, purpose: CodePurpose): string | undefined {
    if (!this.#recordSend(email.toLowerCase())) return undefined;
    const earlier = this.find(uid);
    const code = String(randomInt(10 ** codePolicy.digits)).padStart(codePolicy.digits, "0");
    this.#verifications.delete(uid);
    this.#verifications.set(uid, {
      email,
      purpose,
      code,
      sentAt: this.#now(),
      tries: 0,
      sends: earlier?.email === email ? earlier.sends + 1 : 1,
      verified: false,
    });
    this.#sweep();
    return code;
  }

  /** Returns the verification of an interaction, without its code. */
  find(uid: string): Readonly<Omit<Verification, "code">> | undefined {
    return this.#verifications.get(uid);
  }

  /**
   * Compares a typed code with the interaction's code. The right code can be used once; a wrong
   * code counts as a try.
   * @returns why the code is rejected, or undefined when the address is verified.
   */
  check(uid: string, typed: string): CodeError | undefined {
    const verification = this.#verifications.get(uid);
    if (!verification || verification.verified) return "not_found";
    if (this.#now() > verification.sentAt + codePolicy.lifetime * 1000) return "expired";
    if (verification.tries >= codePolicy.maxTries) return "exceed_max_try";
    if (!isSame(typed, verification.code)) {
      verification.tries++;
      return "code_mismatch";
    }
    verification.verified = true;
    return undefined;
  }

  /** Removes the verification of an interaction that ended with a sign-in. */
  remove(uid: string): void {
    this.#verifications.delete(uid);
  }

  #recordSend(recipient: string): boolean {
    const windowStart = this.#now() - codePolicy.sendWindow * 1000;
    this.#sends = this.#sends.filter(({ at }) => at > windowStart).slice(-maxVerifications);
    const recent = this.#sends.filter((send) => send.recipient === recipient);
    if (recent.length >= codePolicy.maxSends) return false;
    this.#sends.push({ recipient, at: this.#now() });
    return true;
  }

  /** Removes the verifications of expired interactions, and the oldest ones above the limit. */
  #sweep(): void {
    const oldest = this.#now() - fixedLifetimes.interaction * 1000;
    for (const [uid, { sentAt }] of this.#verifications) {
      const isObsolete = sentAt < oldest || this.#verifications.size > maxVerifications;
      if (isObsolete) this.#verifications.delete(uid);
    }
  }
}

/** Compares in constant time. It compares digests, because they have the same length. */
function isSame(typed: string, code: string): boolean {
  const digest = (value: string) => createHash("sha256").update(value).digest();
  return timingSafeEqual(digest(typed), digest(code));
}
