import { defineConfig, type UserConfig } from 'tsdown';

const common: UserConfig = {
  entry: ['src/index.ts'],
  outDir: 'dist',
  dts: true,
  shims: true,
  target: 'node20',
  banner: { dts: '/// <reference types="node" />' },
};

// What is ESM only, or imported when first needed, is part of the CommonJS build: in Jest neither can be imported there.
export default defineConfig([
  { ...common, format: 'esm' },
  { ...common, format: 'cjs', clean: false, deps: { alwaysBundle: ['execa', 'smol-toml'] } },
  { ...common, entry: ['src/cli.ts'], format: 'esm', clean: false, dts: false },
]);
