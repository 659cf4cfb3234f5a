//! The reader of PostgreSQL: a kind is one file with its query beside it, and a line of the table in `kinds`.
//!
//! Comes in: a connection.

mod aggregate;
mod array;
mod canonical;
mod cast;
mod collation;
mod column;
mod composite;
mod constraint;
mod default_privilege;
mod domain;
mod enumeration;
mod event_trigger;
mod extension;
mod foreign_data_wrapper;
mod foreign_server;
mod found;
mod index;
mod kinds;
mod operator;
mod operator_class;
mod operator_family;
mod policy;
mod publication;
mod range;
mod read;
mod reading;
mod routine;
mod rule;
mod schema;
mod sequence;
mod statistics;
mod table;
mod text_search_configuration;
mod text_search_dictionary;
mod text_search_parser;
mod text_search_template;
mod trigger;
mod user_mapping;
mod view;

pub(super) use read::read;
