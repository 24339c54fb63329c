/*
 * Limits on the values that this server tries for one request. Browsers stay far below them: they
 * send two or three cookies of one name, and only as many chunks as fit into the headers that
 * Node.js accepts. Values beyond the limits are ignored.
 */
const maxOfOneName = 4;
const maxChunks = 10;
const maxJoins = 16;

/**
 * Lists the possible values of the session cookie. Auth.js splits a long value into `name.0`,
 * `name.1` and so on, and a browser may send several cookies of the same name: from another domain
 * or path, or from an older and longer session. Only decryption shows which of them match.
 *
 * @param header the request's `cookie` header
 * @param name of the session cookie
 * @returns every value to try; empty if there is no session cookie
 */
export function sessionValues(header: string | undefined, name: string): string[] {
  const cookies = (header ?? "").split(/;\s*/).map((pair) => pair.split(/=(.*)/s, 2));
  const valuesOf = (wanted: string) =>
    cookies
      .flatMap(([key, value]) => (key?.trim() === wanted && value ? value : []))
      .slice(0, maxOfOneName);
  const joined: string[][] = [valuesOf(name)];
  let starts = [""];
  for (let index = 0; index < maxChunks && starts.length > 0; index += 1) {
    const chunks = valuesOf(`${name}.${index}`);
    starts = starts.flatMap((start) => chunks.map((chunk) => start + chunk)).slice(0, maxJoins);
    joined.push(starts);
  }
  return joined.flat();
}
