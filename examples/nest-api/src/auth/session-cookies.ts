/** More joins than any browser's cookies make; who sends more gets no answer to them. */
const most = 16;

/**
 * What the session cookie's value may be. Auth.js cuts a long one into `name.0`, `name.1` and so on, and a browser may have
 * several of the same name: of another domain or path, or of an older and longer session. Which of them belong together only
 * their decryption tells.
 *
 * @param header the request's `cookie` header
 * @param name the session cookie's
 * @returns every value to try; none when there is no session cookie
 */
export function sessionValues(header: string | undefined, name: string): string[] {
  const cookies = (header ?? "").split(/;\s*/).map((pair) => pair.split(/=(.*)/s, 2));
  const valuesOf = (wanted: string) =>
    cookies.flatMap(([key, value]) => (key?.trim() === wanted && value ? value : []));
  const joined: string[][] = [valuesOf(name)];
  let starts = [""];
  for (let index = 0; starts.length > 0; index += 1) {
    const chunks = valuesOf(`${name}.${index}`);
    starts = starts.flatMap((start) => chunks.map((chunk) => start + chunk)).slice(0, most);
    joined.push(starts);
  }
  return joined.flat();
}
