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
    return "the file cannot be read."; // a folder, or one that was removed meanwhile
  }
  const signature = String.fromCharCode(...head);
  if (!SIGNATURES.some((each) => each.test(signature))) return "a picture is a PNG, JPEG, GIF or WebP file.";
  if (file.size > MAX_BYTES) {
    const size = (file.size / 1e6).toLocaleString("en", { maximumFractionDigits: 1 });
    return `it has ${size} MB, and a picture has at most ${MAX_BYTES / 1e6} MB. Make it smaller, then add it again.`;
  }
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return "it cannot be read: the file is damaged, or not what its name says.";
  }
  const pixels = bitmap.width * bitmap.height;
  bitmap.close();
  return pixels > MAX_PIXELS ? `it has more than ${MAX_PIXELS / 1e6} million pixels. Make it smaller, then add it again.` : "";
}
