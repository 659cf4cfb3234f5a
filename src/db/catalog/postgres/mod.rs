//! The reader of PostgreSQL: a kind is one file with its query beside it, and a line of the table below.
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
mod generated_name;
mod index;
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

/// Every kind.
const READINGS: &[reading::Reading] = &[
    schema::SCHEMA,
    extension::EXTENSION,
    collation::COLLATION,
    enumeration::ENUM,
    domain::DOMAIN,
    composite::COMPOSITE,
    range::RANGE,
    cast::CAST,
    operator::OPERATOR,
    operator_class::OPERATOR_CLASS,
    operator_family::OPERATOR_FAMILY,
    sequence::SEQUENCE,
    table::TABLE,
    column::COLUMN,
    constraint::CONSTRAINT,
    index::INDEX,
    view::VIEW,
    routine::ROUTINE,
    aggregate::AGGREGATE,
    trigger::TRIGGER,
    event_trigger::EVENT_TRIGGER,
    rule::RULE,
    policy::POLICY,
    statistics::STATISTICS,
    publication::PUBLICATION,
    text_search_parser::TEXT_SEARCH_PARSER,
    text_search_dictionary::TEXT_SEARCH_DICTIONARY,
    text_search_template::TEXT_SEARCH_TEMPLATE,
    text_search_configuration::TEXT_SEARCH_CONFIGURATION,
    foreign_data_wrapper::FOREIGN_DATA_WRAPPER,
    foreign_server::FOREIGN_SERVER,
    user_mapping::USER_MAPPING,
    default_privilege::DEFAULT_PRIVILEGE,
];
