/** Asking what may take its time, or fail, for something that goes on without the answer. */

/** What is asked for, or undefined when it fails or does not come in time. */
export async function within<T>(ms: number, asked: PromiseLike<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined);
  });
  try {
    return await Promise.race([asked, late]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
