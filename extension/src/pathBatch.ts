/** Paths gathered until they are taken, each once. Pure. */

/** More than this at once, and reading everything anew is simpler than following. */
export const PATHS_MAX = 5_000;

export class PathBatch {
  private readonly paths = new Set<string>();

  add(path: string): void {
    if (this.paths.size <= PATHS_MAX) this.paths.add(path);
  }

  /** What was gathered since the last time. */
  take(): string[] | "too many" {
    const taken = [...this.paths];
    this.paths.clear();
    return taken.length > PATHS_MAX ? "too many" : taken;
  }
}
