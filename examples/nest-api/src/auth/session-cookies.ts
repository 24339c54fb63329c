/*
 * Bounds on what one request can have tried. They are more than any browser's cookies make: two or
 * three of one name, and as many chunks as fit into what Node.js accepts of a request's headers,
 * several times over. Who sends more gets no answer to it.
 */
const mostOfOneName = 4;
const mostChunks = 10;
const mostJoins = 16;

/**
 * What the session cookie's value may be. Auth.js cuts a long one into `name.0`, `name.1` and so
 * on, and a browser may have several of the same name: of another domain or path, or of an older
 * and longer session. Which of them belong together only their decryption tells.
 *
 * @param header the request's `cookie` header
 * @param name the session cookie's
 * @returns every value to try; none when there is no session cookie
 */
export function sessionValues(header: string | undefined, name: string): string[] {
  const cookies = (header ?? "").split(/;\s*/).map((pair) => pair.split(/=(.*)/s, 2));
  const valuesOf = (wanted: string) =>
    cookies
      .flatMap(([key, value]) => (key?.trim() === wanted && value ? value : []))
      .slice(0, mostOfOneName);
  const joined: string[][] = [valuesOf(name)];
  let starts = [""];
  for (let index = 0; index < mostChunks && starts.length > 0; index += 1) {
    const chunks = valuesOf(`${name}.${index}`);
    starts = starts.flatMap((start) => chunks.map((chunk) => start + chunk)).slice(0, mostJoins);
    joined.push(starts);
  }
  return joined.flat();
}
