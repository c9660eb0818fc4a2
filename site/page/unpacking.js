// Undo what course_tools/site/packing.py does: text to bytes, and planes of differences to numbers.

function bytesOf(text) {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let k = 0; k < letters.length; k++) bytes[k] = letters.charCodeAt(k); // a plain loop is fast
  return bytes;
}

async function numbersOf(text) {
  const packed = new Blob([bytesOf(text)]).stream();
  const opened = packed.pipeThrough(new DecompressionStream("gzip"));
  const planes = new Uint8Array(await new Response(opened).arrayBuffer());
  const count = planes.length / 4;
  const numbers = new DataView(new ArrayBuffer(planes.length));
  let bits = 0;
  for (let k = 0; k < count; k++) {
    const low = planes[k] | (planes[k + count] << 8);
    bits += low | (planes[k + 2 * count] << 16) | (planes[k + 3 * count] << 24);
    bits |= 0; // modulo 2³²
    numbers.setInt32(4 * k, bits, true);
  }
  return numbers;
}
