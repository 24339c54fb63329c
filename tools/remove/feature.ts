/** What a removal deletes. */
export interface Deletion {
  /** Files and folders. */
  paths?: readonly string[];
  /** What a command generates and git ignores: deleted if it is there. */
  generated?: readonly string[];
  /**
   * Whole lines of other files, by file. A text of several lines is a block of consecutive lines.
   * Each must be in its file exactly once; spaces don't count, because Prettier changes them.
   */
  lines?: Readonly<Record<string, readonly string[]>>;
  /**
   * Sections and paragraphs of documents, by file and by how their first line begins. A heading is
   * deleted with all that is below it, as a file of the feature is: whatever it says by now.
   */
  sections?: Readonly<Record<string, readonly string[]>>;
  /** Parts of lines, by file, where the syntax allows nothing else. Each is there exactly once. */
  parts?: Readonly<Record<string, string | readonly string[]>>;
  /** Scripts in package.json. */
  scripts?: readonly string[];
  /** Packages, in each section of package.json that names them. */
  packages?: readonly string[];
  /** Elements of the lists in knip.json. */
  knip?: readonly string[];
}

/** A part of the project that `npm run remove` takes out. One file for each in `features/`. */
export interface Feature extends Deletion {
  /** One line for the list of features. */
  what: string;
  /** Features without which this one does not work: they can only be removed with it or after it. */
  needs?: readonly string[];
  /** Variables that the app no longer reads. */
  variables?: readonly string[];
  /** What is deleted as well, as long as the project has another feature, by the other's name. */
  beside?: Readonly<Record<string, Deletion>>;
  /** Matches what names the feature. The files that still match after the removal are listed. */
  traces: RegExp;
}
