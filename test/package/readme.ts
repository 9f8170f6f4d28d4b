/** The first module of the README, taken from its text. */

import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** The first block of code of a language. */
function blockOf(page: string, language: string): string {
  const text = page.split(`\`\`\`${language}\n`)[1]?.split('```')[0];
  if (text === undefined) throw new Error(`the page has no block of ${language}`);
  return text;
}

/** Names the relative links of a page that lead to no file, or to no heading of it. */
export async function brokenLinks(root: string, page: string): Promise<string[]> {
  const text = withoutCode(await readFile(join(root, page), 'utf8'));
  const links = [...text.matchAll(/\]\((?!\w+:)([^)#]*)(?:#([^)]*))?\)/g)].map(([, path, heading]) => [path || basename(page), heading]);
  const broken: string[] = [];
  for (const [path = '', heading] of links) {
    const file = join(root, dirname(page), path);
    const leads = existsSync(file) && (heading === undefined || (await headingsOf(file)).includes(heading));
    if (!leads) broken.push(`${page}: ${path} ${heading ?? ''}`);
  }
  return broken;
}

function withoutCode(page: string): string {
  return page.replace(/```[\s\S]*?```/g, '').replace(/`[^`\n]*`/g, '');
}

/** The headings of a page as they stand in links. */
async function headingsOf(file: string): Promise<string[]> {
  const titles = (await readFile(file, 'utf8')).replace(/```[\s\S]*?```/g, '').matchAll(/^#+ (.*)$/gm);
  return [...titles].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
}

/** Gives the commands of this library that the Dockerfile of a page runs. */
export async function imageCommands(page: string): Promise<string[]> {
  const dockerfile = /```dockerfile\n([\s\S]*?)```/.exec(await readFile(page, 'utf8'))?.[1] ?? '';
  return [...dockerfile.matchAll(/^RUN (npx synapse .*)$/gm)].map(([, command]) => command as string);
}

/** Makes the files that the README tells to make, in a project, and gives the folder; `glimpse.mjs` is what it begins with. */
export async function followReadme(project: string, name = 'readme'): Promise<string> {
  const folder = join(project, name);
  const readme = await readFile(join(project, 'node_modules', 'synapse-py', 'README.md'), 'utf8');
  const section = readme.slice(readme.indexOf('## Your first module'), readme.indexOf('## What you can rely on'));
  await mkdir(join(folder, 'py_module'), { recursive: true });
  await writeFile(join(folder, 'py_module', 'requirements.txt'), '');
  await writeFile(join(folder, 'py_module', 'main.py'), blockOf(section, 'python'));
  await writeFile(join(folder, 'main.mjs'), blockOf(section, 'js'));
  await writeFile(join(folder, 'glimpse.mjs'), blockOf(readme, 'ts'));
  return folder;
}

/** Copies the template that the package brings, with the program that its README tells. */
export async function useTemplate(project: string): Promise<string> {
  const folder = join(project, 'template');
  const module = join(folder, 'py_module');
  await cp(join(project, 'node_modules', 'synapse-py', 'py_template'), module, { recursive: true });
  await writeFile(join(folder, 'main.mjs'), blockOf(await readFile(join(module, 'README.md'), 'utf8'), 'js'));
  return folder;
}
