//! The table of all kinds.

use crate::db::catalog::postgres::aggregate::AGGREGATE;
use crate::db::catalog::postgres::cast::CAST;
use crate::db::catalog::postgres::collation::COLLATION;
use crate::db::catalog::postgres::column::COLUMN;
use crate::db::catalog::postgres::composite::COMPOSITE;
use crate::db::catalog::postgres::constraint::CONSTRAINT;
use crate::db::catalog::postgres::default_privilege::DEFAULT_PRIVILEGE;
use crate::db::catalog::postgres::domain::DOMAIN;
use crate::db::catalog::postgres::enumeration::ENUM;
use crate::db::catalog::postgres::event_trigger::EVENT_TRIGGER;
use crate::db::catalog::postgres::extension::EXTENSION;
use crate::db::catalog::postgres::foreign_data_wrapper::FOREIGN_DATA_WRAPPER;
use crate::db::catalog::postgres::foreign_server::FOREIGN_SERVER;
use crate::db::catalog::postgres::index::INDEX;
use crate::db::catalog::postgres::operator::OPERATOR;
use crate::db::catalog::postgres::operator_class::OPERATOR_CLASS;
use crate::db::catalog::postgres::operator_family::OPERATOR_FAMILY;
use crate::db::catalog::postgres::policy::POLICY;
use crate::db::catalog::postgres::publication::PUBLICATION;
use crate::db::catalog::postgres::range::RANGE;
use crate::db::catalog::postgres::reading::Reading;
use crate::db::catalog::postgres::routine::ROUTINE;
use crate::db::catalog::postgres::rule::RULE;
use crate::db::catalog::postgres::schema::SCHEMA;
use crate::db::catalog::postgres::sequence::SEQUENCE;
use crate::db::catalog::postgres::statistics::STATISTICS;
use crate::db::catalog::postgres::table::TABLE;
use crate::db::catalog::postgres::text_search_configuration::TEXT_SEARCH_CONFIGURATION;
use crate::db::catalog::postgres::text_search_dictionary::TEXT_SEARCH_DICTIONARY;
use crate::db::catalog::postgres::text_search_parser::TEXT_SEARCH_PARSER;
use crate::db::catalog::postgres::text_search_template::TEXT_SEARCH_TEMPLATE;
use crate::db::catalog::postgres::trigger::TRIGGER;
use crate::db::catalog::postgres::user_mapping::USER_MAPPING;
use crate::db::catalog::postgres::view::VIEW;

/// Every kind, in the order in which they are asked for.
pub const READINGS: &[Reading] = &[
    SCHEMA,
    EXTENSION,
    COLLATION,
    ENUM,
    DOMAIN,
    COMPOSITE,
    RANGE,
    CAST,
    OPERATOR,
    OPERATOR_CLASS,
    OPERATOR_FAMILY,
    SEQUENCE,
    TABLE,
    COLUMN,
    CONSTRAINT,
    INDEX,
    VIEW,
    ROUTINE,
    AGGREGATE,
    TRIGGER,
    EVENT_TRIGGER,
    RULE,
    POLICY,
    STATISTICS,
    PUBLICATION,
    TEXT_SEARCH_PARSER,
    TEXT_SEARCH_DICTIONARY,
    TEXT_SEARCH_TEMPLATE,
    TEXT_SEARCH_CONFIGURATION,
    FOREIGN_DATA_WRAPPER,
    FOREIGN_SERVER,
    USER_MAPPING,
    DEFAULT_PRIVILEGE,
];
