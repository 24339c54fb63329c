/** An end-to-end test, for what only a production build and a browser show. */
export interface EndToEndTest {
  /** Path of the file. */
  spec: string;
  /** How the test's own name begins. It must fail. */
  test: string;
}

/** One way to break the code, and the tests that must notice it. One file for each area in `mutations/`. */
export interface Mutation {
  /** One sentence: what is broken. */
  what: string;
  /** Path of the file. */
  file: string;
  /** A part of the file that is there exactly once. */
  find: string;
  /** What stands in its place. It must compile: a file that can't be loaded proves nothing. */
  replace: string;
  /** Files of unit tests, or an end-to-end test. One of them must fail. */
  tests: readonly string[] | EndToEndTest;
}
