// Prints the tables of the models for a database: `node ddl.js postgres`. No database is asked.
const { Sequelize } = require("sequelize");

const dialect = process.argv[2];
// No driver is needed but PostgreSQL's, whose types Sequelize reads.
const dialectModule = dialect === "postgres" ? require("pg") : {};
const sequelize = new Sequelize({ dialect, dialectModule, databaseVersion: "15.0.0" });
require("./models")(sequelize);

// What `sync` sends to a database that answers all its questions with nothing.
sequelize.query = async (sql, options) => {
    const text = typeof sql === "string" ? sql : sql.query;
    if (/^\s*(CREATE|ALTER|COMMENT|DO)\b/i.test(text)) {
        console.log(`${text.trim().replace(/;$/, "")};`);
    }
    return options?.plain ? null : options ? [] : [{ rows: [] }];
};
sequelize.sync().catch((error) => {
    console.error(error);
    process.exit(1);
});
