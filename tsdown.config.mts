import { defineConfig, type UserConfig } from 'tsdown';

const common: UserConfig = {
  entry: ['src/index.ts'],
  outDir: 'dist',
  dts: true,
  shims: true,
  target: 'node20',
  banner: { dts: '/// <reference types="node" />' },
};

// execa is many files and takes as long to load as Node itself, so it is part of the builds. In the CommonJS build it must be, as is what is
// imported when first needed: in Jest neither can be imported there.
const deps = { alwaysBundle: ['execa', 'smol-toml'] };
export default defineConfig([
  { ...common, format: 'esm', deps },
  { ...common, format: 'cjs', clean: false, deps },
  { ...common, entry: ['src/cli.ts'], format: 'esm', clean: false, dts: false, deps },
]);
