import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const users = sqliteTable("users", {
    id: integer().primaryKey({ autoIncrement: true }),
    email: text().notNull().unique(),
    name: text().notNull(),
});

export const orders = sqliteTable(
    "orders",
    {
        id: integer().primaryKey({ autoIncrement: true }),
        userId: integer("user_id").notNull().references(() => users.id, { onDelete: "cascade" }),
        total: integer().notNull().default(0),
        note: text(),
    },
    (table) => [index("orders_user").on(table.userId)],
);
