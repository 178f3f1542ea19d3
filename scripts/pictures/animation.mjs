// Screenshots one after another, as one animated GIF.
import gifenc from "gifenc";
import { PNG } from "pngjs";

/** How long a frame is shown, when it is not said: about as fast as somebody types. */
const frameMs = 120;

/**
 * @param {import("playwright-core").Page} page
 * @param {(frame: (ms?: number) => Promise<void>) => Promise<void>} act does what is shown, and calls `frame` for each
 *   picture, with the time for which it stands still
 * @returns {Promise<Uint8Array>} the GIF
 */
export async function record(page, { width, height }, act) {
  const gif = gifenc.GIFEncoder();
  await act(async (ms = frameMs) => {
    const shot = PNG.sync.read(await page.screenshot({ clip: { x: 0, y: 0, width, height } }));
    const palette = gifenc.quantize(shot.data, 256);
    gif.writeFrame(gifenc.applyPalette(shot.data, palette), shot.width, shot.height, { palette, delay: ms });
  });
  gif.finish();
  return gif.bytes();
}
