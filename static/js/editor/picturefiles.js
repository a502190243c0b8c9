// What is wrong with a file that is to be a picture, as far as a browser can tell: before anybody
// describes it, and before it is sent.
import { form } from "./elements.js";

const MAX_BYTES = Number(form.dataset.maxPictureBytes);
const MAX_PIXELS = Number(form.dataset.maxPicturePixels);
const SIGNATURES = [
  /^\x89PNG\r\n\x1a\n/u,
  /^\xff\xd8\xff/u,
  /^GIF8[79]a/u,
  /^RIFF[\s\S]{4}WEBP/u,
];

// Resolves to a sentence for whoever chose the file, or "".
export async function problemOf(file) {
  let head;
  try {
    head = new Uint8Array(await file.slice(0, 12).arrayBuffer());
  } catch {
    return "can’t read the file."; // a folder, or one that was removed meanwhile
  }
  const signature = String.fromCharCode(...head);
  if (!SIGNATURES.some((each) => each.test(signature))) return "use PNG, JPEG, GIF or WebP.";
  if (file.size > MAX_BYTES) {
    const size = (file.size / 1e6).toLocaleString("en", { maximumFractionDigits: 1 });
    return `it’s ${size} MB; images can be up to ${MAX_BYTES / 1e6} MB.`;
  }
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return "the file is damaged, or not what its name says.";
  }
  const pixels = bitmap.width * bitmap.height;
  bitmap.close();
  return pixels > MAX_PIXELS ? `images can have up to ${MAX_PIXELS / 1e6} million pixels.` : "";
}
