/** Objects that are nothing but their properties. Owns how they are told from instances of classes. */

/** Objects of another realm (a Jest sandbox, a vm context) are plain too, so the test goes by structure. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return true;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'hasOwnProperty');
}
