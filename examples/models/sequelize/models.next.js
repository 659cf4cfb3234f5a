// The models of the application.
const { DataTypes } = require("sequelize");

module.exports = (sequelize) => {
    const User = sequelize.define(
        "User",
        {
            email: { type: DataTypes.STRING(200), allowNull: false, unique: true },
            name: { type: DataTypes.STRING(100), allowNull: false },
        },
        { tableName: "users" },
    );
    const Order = sequelize.define(
        "Order",
        {
            state: { type: DataTypes.ENUM("open", "paid", "sent"), allowNull: false, defaultValue: "open" },
            total: { type: DataTypes.DECIMAL(10, 2), allowNull: false, defaultValue: 0 },
            note: DataTypes.STRING(500),
        },
        { tableName: "orders", indexes: [{ fields: ["userId"] }] },
    );
    Order.belongsTo(User, { foreignKey: { name: "userId", allowNull: false }, onDelete: "CASCADE" });
};
