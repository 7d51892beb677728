#!/usr/bin/env node
// Checks that `rust-version` in Cargo.toml is true. What is newer in the standard library is found by clippy
// (`incompatible_msrv`), what is newer in a dependency here. What is newer in the language is only seen by a compiler of
// that version: where a newer one is used, this says so.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

process.chdir(new URL("..", import.meta.url).pathname);
const run = (program, ...options) =>
    execFileSync(program, options, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });

/** Whether a version is later than another; parts that are missing are 0. */
function isLater(version, other) {
    const [left, right] = [version, other].map((text) => text.split(/[.-]/).map(Number));
    const part = [0, 1, 2].find((part) => (left[part] ?? 0) !== (right[part] ?? 0));
    return part !== undefined && (left[part] ?? 0) > (right[part] ?? 0);
}

const promised = /^rust-version = "(.*)"$/m.exec(readFileSync("Cargo.toml", "utf8"))[1];
const used = run("rustc", "--version").split(" ")[1];
const target = "x86_64-unknown-linux-gnu";
const metadata = JSON.parse(
    run("cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", target),
);
const own = new Set(metadata.workspace_members);
const needed = new Set(metadata.resolve.nodes.map((node) => node.id));

const wrong = [];
for (const { id, name, version, rust_version: wanted } of metadata.packages) {
    if (own.has(id)) {
        if (wanted !== promised) wrong.push(`${name} has rust-version ${wanted}`);
    } else if (needed.has(id) && wanted && isLater(wanted, promised)) {
        wrong.push(`${name} ${version} needs Rust ${wanted}`);
    }
}
if (own.size === 0 || needed.size <= own.size) wrong.push("no packages were found");
if (!readFileSync("README.md", "utf8").includes(`Rust toolchain (${promised} or newer)`)) {
    wrong.push("README.md names another version");
}
if (isLater(promised, used)) wrong.push(`this is Rust ${used}`);
if (isLater(used, `${promised}.99`)) {
    console.warn(`rust-version: this is Rust ${used}: syntax newer than ${promised} is not seen by it`);
}
for (const one of wrong) console.error(`rust-version: Cargo.toml promises ${promised}, but ${one}`);
process.exitCode = wrong.length > 0 ? 1 : 0;
