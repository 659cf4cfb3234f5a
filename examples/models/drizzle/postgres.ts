import { integer, numeric, pgEnum, pgTable, text, timestamp } from "drizzle-orm/pg-core";

export const state = pgEnum("state", ["open", "paid"]);

export const users = pgTable("users", {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    email: text().notNull().unique(),
    name: text(),
    createdAt: timestamp("created_at").notNull().defaultNow(),
});

export const orders = pgTable("orders", {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    userId: integer("user_id").notNull().references(() => users.id, { onDelete: "cascade" }),
    state: state().notNull().default("open"),
    total: numeric({ precision: 10, scale: 2 }).notNull().default("0"),
});
