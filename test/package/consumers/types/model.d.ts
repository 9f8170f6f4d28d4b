export const VERSION: string;
export function total(first: number, ...more: number[]): number;
export namespace linalg {
  function norm(row: number[]): number;
}
