/** The first module of the README, taken from its text. */

import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

async function blocksOf(readme: string): Promise<Record<string, string>> {
  const section = readme.slice(readme.indexOf('## Your first module'), readme.indexOf('## What you can rely on'));
  return Object.fromEntries([...section.matchAll(/```(\w+)\n([\s\S]*?)```/g)].map(([, language, text]) => [language, text as string]));
}

/** Names the relative links of a page that lead to no file. */
export async function brokenLinks(root: string, page: string): Promise<string[]> {
  const text = await readFile(join(root, page), 'utf8');
  const links = [...text.matchAll(/\]\((?!\w+:)([^)#]+)/g)].map(([, link]) => link as string);
  return links.filter((link) => !existsSync(join(root, dirname(page), link))).map((link) => `${page}: ${link}`);
}

/** Gives the commands of this library that the Dockerfile of a page runs. */
export async function imageCommands(page: string): Promise<string[]> {
  const dockerfile = /```dockerfile\n([\s\S]*?)```/.exec(await readFile(page, 'utf8'))?.[1] ?? '';
  return [...dockerfile.matchAll(/^RUN (npx synapse .*)$/gm)].map(([, command]) => command as string);
}

/** Makes the files that "Your first module" tells to make, in a project, and gives the folder. */
export async function followReadme(project: string, name = 'readme'): Promise<string> {
  const folder = join(project, name);
  const { text, python, js } = await blocksOf(await readFile(join(project, 'node_modules', 'synapse-py', 'README.md'), 'utf8'));
  if (!text || !python || !js) throw new Error('the README has no first module');
  await mkdir(join(folder, 'py_module'), { recursive: true });
  await writeFile(join(folder, 'py_module', 'requirements.txt'), text);
  await writeFile(join(folder, 'py_module', 'main.py'), python);
  await writeFile(join(folder, 'main.mjs'), js);
  return folder;
}

/** The same program with the template that the package brings as its module. */
export async function useTemplate(project: string, followed: string): Promise<string> {
  const folder = join(project, 'template');
  await cp(join(project, 'node_modules', 'synapse-py', 'py_template'), join(folder, 'py_module'), { recursive: true });
  await cp(join(followed, 'main.mjs'), join(folder, 'main.mjs'));
  return folder;
}
