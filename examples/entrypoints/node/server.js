// A service that relies on its tables: `rev exec` has made them before this file is loaded.
"use strict";

const { createServer } = require("node:http");
const { DatabaseSync } = require("node:sqlite");

const database = new DatabaseSync(process.env.DATABASE_URL.replace(/^sqlite:/, ""), { readOnly: true });

createServer((request, response) => {
  const notes = database.prepare("SELECT body FROM notes ORDER BY id").all().map((note) => note.body);
  response.setHeader("Content-Type", "application/json").end(JSON.stringify(notes));
}).listen(process.env.PORT ?? 8000);
