import { hkdfSync } from "node:crypto";
import { base64url, calculateJwkThumbprint, EncryptJWT, jwtDecrypt } from "jose";

/*
 * Encrypts in Auth.js's format (`dir`, A256CBC-HS512, HKDF over the secret with a salt). Each key is
 * derived once.
 */

interface Key {
  kid: string;
  bytes: Uint8Array;
}

const encryptionKeys = new Map<string, Promise<Key>>();

async function deriveKey(secret: string, salt: string): Promise<Key> {
  const bytes = new Uint8Array(
    hkdfSync("sha256", secret, salt, `Auth.js Generated Encryption Key (${salt})`, 64),
  );
  return {
    bytes,
    kid: await calculateJwkThumbprint({ kty: "oct", k: base64url.encode(bytes) }, "sha512"),
  };
}

/** The key of a secret. @param salt its purpose */
export function encryptionKey(secret: string, salt: string): Promise<Key> {
  const id = `${salt} ${secret}`;
  const known = encryptionKeys.get(id) ?? deriveKey(secret, salt);
  encryptionKeys.set(id, known);
  return known;
}

/**
 * Encrypts data that only this app may read.
 *
 * @param salt the purpose; each purpose has its own key
 * @param exp when it expires, in seconds since 1970
 */
export async function seal(
  payload: object,
  secret: string,
  salt: string,
  exp: number,
): Promise<string> {
  const { bytes, kid } = await encryptionKey(secret, salt);
  return new EncryptJWT({ ...payload })
    .setProtectedHeader({ alg: "dir", enc: "A256CBC-HS512", kid })
    .setIssuedAt()
    .setExpirationTime(exp)
    .encrypt(bytes);
}

/**
 * Decrypts what `seal` encrypted with any of the secrets. It does not check the expiry.
 *
 * @returns the payload, and whether the newest secret had encrypted it
 * @throws if the value was tampered with, truncated, or made with another secret or for another use
 */
export async function unseal(
  value: string,
  secrets: readonly string[],
  salt: string,
): Promise<{ payload: unknown; isNewest: boolean }> {
  const { payload, protectedHeader } = await jwtDecrypt(
    value,
    async ({ kid }) => {
      for (const secret of secrets) {
        const key = await encryptionKey(secret, salt);
        if (!kid || kid === key.kid) return key.bytes;
      }
      throw new Error("made with another secret");
    },
    {
      keyManagementAlgorithms: ["dir"],
      contentEncryptionAlgorithms: ["A256CBC-HS512"],
      // Auth.js does not compress. A small compressed token could expand to a huge one.
      maxDecompressedLength: 0,
      currentDate: new Date(0),
    },
  );
  const newest = await encryptionKey(secrets[0] ?? "", salt);
  return { payload, isNewest: protectedHeader.kid === newest.kid };
}
