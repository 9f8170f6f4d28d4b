/**
 * Lets TypeScript take `import tools from 'python:./tools.py'`: every name of such a module is `any`. A declaration of one's own for a
 * specifier as it is written (`declare module 'python:./tools.py' { ... }`) comes before this.
 */
declare module 'python:*';
