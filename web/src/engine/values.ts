/** Bytes of the model's memory as the numbers that they are, and back. */

/** Whole numbers of 64 bits are held as doubles: they are places, far below 2^53. */
export type Values =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** Numbers where they lie, but for those of 64 bits, which are copied.
 *
 * @param type the model's word or C's: int8, int8_t
 */
export function viewOf(
  { buffer, byteOffset: start, byteLength: bytes }: Uint8Array,
  type: string,
): Values {
  switch (type) {
    case "int8":
    case "int8_t":
      return new Int8Array(buffer, start, bytes);
    case "int16":
    case "int16_t":
      return new Int16Array(buffer, start, bytes / 2);
    case "int32":
    case "int32_t":
      return new Int32Array(buffer, start, bytes / 4);
    case "int64":
      return Float64Array.from(new BigInt64Array(buffer, start, bytes / 8), Number);
    case "float32":
    case "float":
      return new Float32Array(buffer, start, bytes / 4);
    default:
      return new Uint8Array(buffer, start, bytes);
  }
}

/** The bytes that numbers are in the model's memory. */
export function bytesOf(values: Values): Uint8Array {
  const held =
    values instanceof Float64Array ? BigInt64Array.from(values, BigInt) : values;
  return new Uint8Array(held.buffer, held.byteOffset, held.byteLength);
}
