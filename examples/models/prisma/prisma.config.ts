import { PrismaLibSQL } from "@prisma/adapter-libsql";
import { PrismaPg } from "@prisma/adapter-pg";
import { defineConfig } from "prisma/config";

// Which of the two it is, the schema on the command line says. Of PostgreSQL, the adapter asks a server what it is.
const isPostgres = process.argv.some((word) => word.startsWith("postgresql"));

export default defineConfig({
    experimental: { adapter: true },
    engine: "js",
    adapter: async () =>
        isPostgres
            ? new PrismaPg({ connectionString: process.env.PRISMA_POSTGRES_URL })
            : new PrismaLibSQL({ url: "file::memory:" }),
});
