// Bundles scripts, styles and images into the directory given as the argument: a file `NAME-HASH.EXTENSION` for each entry
// point, and copies compressed with Brotli and gzip.
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const directory = process.argv[2];
await build({
  entryPoints: [
    { in: "scripts/app.ts", out: "app" },
    { in: "scripts/terminal.ts", out: "terminal" },
    { in: "styles/app.css", out: "app" },
    { in: "styles/terminal.css", out: "terminal" },
    { in: "images/favicon.svg", out: "favicon" },
  ],
  entryNames: "[name]-[hash]",
  outdir: directory,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022", "chrome123", "firefox120", "safari17.5"],
  loader: { ".svg": "copy" },
  legalComments: "inline",
  logLevel: "error",
});
for (const name of await readdir(directory)) {
  const path = join(directory, name);
  const plain = await readFile(path);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11 };
  await writeFile(`${path}.br`, brotliCompressSync(plain, { params }));
  await writeFile(`${path}.gz`, gzipSync(plain, { level: 9 }));
}
