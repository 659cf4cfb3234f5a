#!/usr/bin/env node
// Runs the program of the package for this machine, and ends as it ends.
"use strict";

const { spawn } = require("node:child_process");
const { constants } = require("node:os");

const name = `@revgraph/${process.platform}-${process.arch}`;

function program() {
  try {
    return require.resolve(`${name}/rev${process.platform === "win32" ? ".exe" : ""}`);
  } catch {
    console.error(`rev: the package ${name} is not installed: either there is none for this machine,`);
    console.error("or optional dependencies were left out (npm install --include=optional)");
    process.exit(2);
  }
}

const child = spawn(program(), process.argv.slice(2), { stdio: "inherit" });
// Whoever asks this process to end means the program. A terminal tells both already, and twice would mean: at once.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => (signal === "SIGINT" && process.stdin.isTTY) || child.kill(signal));
}
child.on("error", (error) => {
  console.error(`rev: ${error.message}`);
  process.exit(2);
});
child.on("exit", (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));
