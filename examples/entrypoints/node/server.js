// A service behind `rev exec`: its tables are there when this file is loaded, and /health says whether they still fit.
"use strict";

const { execFile } = require("node:child_process");
const { createServer } = require("node:http");

createServer((request, response) => {
  if (request.url !== "/health") {
    response.writeHead(404).end();
    return;
  }
  // Only reads; exit status 0 means that nothing is pending, and the document says the rest.
  execFile("rev", ["status", "--json", "--exit-code"], { timeout: 5000 }, (error, stdout) => {
    response.writeHead(error ? 503 : 200, { "Content-Type": "application/json" }).end(stdout || "{}");
  });
}).listen(process.env.PORT ?? 8000);
