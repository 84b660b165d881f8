/**
 * A long run that proves what a short test cannot: that nothing is lost over hours of bad luck, or that ten million rows change
 * nothing. `npm run soak` runs it at its full size and keeps what it found; a test runs the very same at its small one.
 */
export interface Soak<Size> {
  /** As its file is called. */
  name: string
  /** What it proves, in one sentence. */
  about: string
  full: Size
  small: Size
  /** Throws where the claim does not hold; what it counted and measured goes into `results/`. */
  run(size: Size): Promise<Record<string, unknown>>
}
