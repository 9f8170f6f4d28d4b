import { defineConfig, type UserConfig } from 'tsdown';

const common: UserConfig = {
  entry: ['src/index.ts'],
  outDir: 'dist',
  dts: true,
  shims: true,
  target: 'node20',
  banner: { dts: '/// <reference types="node" />' },
};

// execa and signal-exit's ESM are external in the ESM build; a CommonJS build that requires execa, which is ESM only, fails in Jest.
export default defineConfig([
  { ...common, format: 'esm' },
  { ...common, format: 'cjs', clean: false, deps: { alwaysBundle: ['execa'] } },
  { ...common, entry: ['src/cli.ts'], format: 'esm', clean: false, dts: false },
]);
