import type { Config } from 'jest';

/** execa and what it imports are ESM only, so ts-jest translates them too. */
const ESM_PACKAGES = [
  'execa',
  '@sec-ant/readable-stream',
  '@sindresorhus/merge-streams',
  'figures',
  'get-stream',
  'human-signals',
  'is-plain-obj',
  'is-stream',
  'is-unicode-supported',
  'npm-run-path',
  'parse-ms',
  'path-key',
  'pretty-ms',
  'strip-final-newline',
  'unicorn-magic',
  'yoctocolors',
];

const config: Config = {
  testEnvironment: 'node',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  // Types are checked by tsc for the whole project; here each file is only translated.
  transform: {
    '\\.[mc]?[jt]s$': [
      'ts-jest',
      {
        tsconfig: { module: 'commonjs', target: 'es2022', isolatedModules: true, esModuleInterop: true, allowJs: true },
        diagnostics: false,
      },
    ],
  },
  transformIgnorePatterns: [`node_modules/(?!(?:.*/)?(?:${ESM_PACKAGES.join('|')})/)`],
  moduleNameMapper: { '^unicorn-magic$': '<rootDir>/node_modules/unicorn-magic/node.js' },
  setupFiles: ['<rootDir>/test/support/cache.ts'],
  testPathIgnorePatterns: ['/consumers/'],
  testTimeout: 60_000,
};

export default config;
