// The models of the application.
const { DataTypes } = require("sequelize");

module.exports = (sequelize) => {
    const User = sequelize.define(
        "User",
        {
            email: { type: DataTypes.STRING(200), allowNull: false, unique: true },
            name: DataTypes.STRING(100),
        },
        { tableName: "users" },
    );
    const Order = sequelize.define(
        "Order",
        {
            state: { type: DataTypes.ENUM("open", "paid"), allowNull: false, defaultValue: "open" },
            total: { type: DataTypes.DECIMAL(10, 2), allowNull: false, defaultValue: 0 },
        },
        { tableName: "orders" },
    );
    Order.belongsTo(User, { foreignKey: { name: "userId", allowNull: false }, onDelete: "CASCADE" });
};
