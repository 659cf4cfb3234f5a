//! Operators and functions that are the server's own, whatever others made of the same name.
//!
//! PostgreSQL finds both by the search path, and one that fits the types better goes before those of `pg_catalog`: it
//! would run as whoever runs rev.

use sea_query::BinOper;
use sea_query::Expr;
use sea_query::ExprTrait;
use sea_query::Func;
use sea_query::FunctionCall;
use sea_query::SelectStatement;

use crate::dialect::Dialect;
use crate::dialect::Family;

/// `=`, `<`, `+` and the like, with the schema where they need one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    Different,
    Smaller,
    Plus,
    Minus,
    Joined,
}

/// What names the server's own in the SQL of a dialect.
#[derive(Debug, Clone, Copy)]
pub(super) struct Own(pub(super) Dialect);

impl Own {
    /// Returns the operator as SQL.
    pub(super) fn operator(self, operator: Operator) -> &'static str {
        let is_postgres = self.0.family() == Family::Postgres;
        match operator {
            Operator::Equal if is_postgres => "OPERATOR(pg_catalog.=)",
            Operator::Different if is_postgres => "OPERATOR(pg_catalog.<>)",
            Operator::Smaller if is_postgres => "OPERATOR(pg_catalog.<)",
            Operator::Plus if is_postgres => "OPERATOR(pg_catalog.+)",
            Operator::Minus if is_postgres => "OPERATOR(pg_catalog.-)",
            Operator::Joined if is_postgres => "OPERATOR(pg_catalog.||)",
            Operator::Equal => "=",
            Operator::Different => "<>",
            Operator::Smaller => "<",
            Operator::Plus => "+",
            Operator::Minus => "-",
            Operator::Joined => "||",
        }
    }

    /// Returns the condition that a column has a value.
    pub(super) fn is(self, column: &'static str, value: impl Into<Expr>) -> Expr {
        match self.0.family() {
            Family::Postgres => Expr::col(column).binary(BinOper::Custom(self.operator(Operator::Equal)), value.into()),
            Family::Sqlite | Family::Mysql => Expr::col(column).eq(value),
        }
    }

    /// Returns the condition that a column has one of these values; with none of them it never holds.
    pub(super) fn is_any<V: Into<Expr>>(self, column: &'static str, values: impl IntoIterator<Item = V>) -> Expr {
        let values = values.into_iter().map(Into::into);
        if self.0.family() != Family::Postgres {
            return Expr::col(column).is_in(values);
        }
        // `IN` would look `=` up by the search path.
        let any = values.map(|value| self.is(column, value)).reduce(Expr::or);
        any.unwrap_or_else(|| Expr::cust("FALSE"))
    }

    /// Returns the condition that a column has one of the values of a query.
    pub(super) fn is_in_query(self, column: &'static str, query: SelectStatement) -> Expr {
        match self.0.family() {
            Family::Postgres => {
                Expr::col(column).binary(BinOper::Custom(self.operator(Operator::Equal)), Expr::any(query))
            }
            Family::Sqlite | Family::Mysql => Expr::col(column).in_subquery(query),
        }
    }

    /// Returns a call of a function of the server's.
    pub(super) fn call(self, function: &str, argument: impl Into<Expr>) -> FunctionCall {
        let name = match self.0.family() {
            Family::Postgres => format!("pg_catalog.{function}"),
            Family::Sqlite | Family::Mysql => function.to_uppercase(),
        };
        Func::cust(name).arg(argument)
    }
}
