import { defineConfig, type UserConfig } from 'tsdown';

const common: UserConfig = {
  entry: ['src/index.ts'],
  outDir: 'dist',
  dts: true,
  shims: true,
  target: 'node20',
  banner: { dts: '/// <reference types="node" />' },
};

// What takes long to load file by file is part of the builds. execa, which is ESM only, and what is imported when first needed must be part
// of the CommonJS build: in Jest neither can be imported there.
const deps = { alwaysBundle: ['execa', 'smol-toml', 'cli-progress'] };
// What is imported by a scheme is declared, not exported: the declaration is written by hand.
const typesOf = (kind: 'mts' | 'cts') => [{ from: 'src/python-imports.d.ts', to: 'dist', rename: `register.d.${kind}` }];
export default defineConfig([
  { ...common, format: 'esm', deps },
  { ...common, format: 'cjs', clean: false, deps },
  { ...common, entry: ['src/serving/worker.ts'], format: 'esm', clean: false },
  { ...common, entry: ['src/serving/worker.ts'], format: 'cjs', clean: false },
  { ...common, entry: ['src/register.ts', 'src/register-hooks.ts'], format: 'esm', clean: false, dts: false, copy: typesOf('mts') },
  { ...common, entry: ['src/register.ts'], format: 'cjs', clean: false, dts: false, copy: typesOf('cts') },
  { ...common, entry: ['src/cli.ts'], format: 'esm', clean: false, dts: false, deps },
]);
