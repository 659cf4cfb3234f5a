//! An error: its kind, with the data each needs and its message, its place and its cause.
//!
//! Both types stand here since one kind holds several errors.

use std::path::PathBuf;
use std::time::Duration;

use crate::dialect::Dialect;
use crate::dialect::Family;
use crate::direction::Direction;
use crate::error::phrases::again;
use crate::error::phrases::because;
use crate::error::phrases::beyond;
use crate::error::phrases::held;
use crate::error::phrases::list;
use crate::error::phrases::named;
use crate::error::phrases::no_schema;
use crate::error::phrases::note;
use crate::error::phrases::orphans;
use crate::error::phrases::place;
use crate::error::phrases::stopped_at;
use crate::id::Heads;
use crate::id::Label;
use crate::id::RevisionId;
use crate::signal::Signal;
use crate::span::Span;

/// What another library reported underneath.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Something that went wrong, where, and why.
pub struct Error {
    /// What went wrong.
    pub kind: Box<ErrorKind>,
    /// The text it is about.
    pub span: Option<Span>,
    /// What was reported underneath; never holds a password.
    pub cause: Option<Cause>,
}

/// What went wrong. Messages are lower case, without a full stop, ids in backticks.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)] // the message is the documentation of each kind and its fields
pub enum ErrorKind {
    #[error("{} problems were found", .problems.len())]
    Several { problems: Vec<Error> },

    // ---- names and targets
    #[error("`{text}` is not a legal name: {reason}")]
    IllegalName { text: String, reason: &'static str },
    #[error("`{text}` is not a target: {reason}")]
    BadTarget { text: String, reason: String },
    #[error("`{target}` means a single head, but there are {}: {}", .heads.len(), list(.heads))]
    MultipleHeads { target: String, heads: Vec<RevisionId>, instead: Option<String> },
    #[error("no revision or label is called `{text}`")]
    UnknownRevision { text: String, nearest: Option<String> },
    #[error("no label or revision is called `{text}`")]
    UnknownLabel { text: String, nearest: Option<String> },
    #[error("`{prefix}` begins several ids: {}", list(.candidates))]
    AmbiguousPrefix { prefix: String, candidates: Vec<RevisionId> },
    #[error("revision `{revision}` is not in the branch of `{label}`")]
    NotInBranch { label: String, revision: RevisionId },
    #[error("`{target}` could go more than one way: {}", list(.candidates))]
    AmbiguousWalk { target: String, candidates: Vec<RevisionId>, instead: Option<String> },
    #[error("`{target}` counts from the current revision, but the database has several: {}", list(.rows))]
    AmbiguousCurrent { target: String, rows: Vec<RevisionId> },
    #[error("`{target}` goes too far: {reason}")]
    WalkedTooFar { target: String, reason: String },
    #[error("`{target}` is several revisions, but one is needed here: {}", list(.revisions))]
    SeveralRevisions { target: String, revisions: Vec<RevisionId> },
    #[error("`{target}` is no revision{}", if *.at_base { ": the database is at base" } else { ", but one is needed here" })]
    NoRevision { target: String, at_base: bool },
    #[error("nothing is applied, so there is nothing to redo")]
    NothingToRedo,
    #[error("{} are already joined in `{merge}`", list(.revisions))]
    AlreadyJoined { revisions: Vec<RevisionId>, merge: RevisionId },
    #[error("revision `{revision}` is not applied")]
    NotApplied { revision: RevisionId },
    #[error("`{target}` is the wrong way for `rev {direction}`")]
    WrongWay { target: String, direction: Direction },
    #[error("`{text}` is a range, which only `history -r` and `--sql` take")]
    RangeNotAllowed { text: String },
    #[error("`{text}` is not a range, which has a `:` in it")]
    RangeRequired { text: String },
    #[error("`{upper}` does not grow from `{lower}`")]
    BadRange { lower: String, upper: String },
    #[error("the database is at revision `{revision}`, which no script has{}", note(.applied))]
    UnknownRow { revision: RevisionId, applied: Option<String>, below: Option<String> },

    // ---- the graph as a whole
    #[error("revision `{revision}` grows from `{parent}`, which no script has")]
    MissingParent { revision: RevisionId, parent: String, nearest: Option<String> },
    #[error("revision `{revision}` depends on `{dependency}`, which no script has")]
    MissingDependency { revision: RevisionId, dependency: String, nearest: Option<String> },
    #[error("revision `{revision}` is also in {}", .other.display())]
    DuplicateId { revision: RevisionId, other: PathBuf },
    #[error("{found} are too many for {format}, which holds {most}")]
    TooLargeToDraw { format: &'static str, found: String, most: usize },
    #[error("label `{label}` is also declared by revision `{other}`")]
    DuplicateLabel { label: Label, other: RevisionId },
    #[error("label `{label}` is also the id of a revision")]
    LabelIsId { label: Label },
    #[error("these revisions grow from each other in a circle: {}", list(.revisions))]
    Cycle { revisions: Vec<RevisionId> },
    #[error("revision `{revision}` names itself as its parent or dependency")]
    SelfLoop { revision: RevisionId },

    // ---- scripts
    #[error("{} cannot be read", .path.display())]
    Unreadable { path: PathBuf },
    #[error("this is not an event of a run: {reason}")]
    BadLog { reason: String, hint: &'static str },
    #[error("{} has no run {}", .path.display(), .run.as_ref().map_or("in it".to_owned(), |run| format!("`{run}`")))]
    NoSuchRun { path: PathBuf, run: Option<String>, runs: Vec<String> },
    #[error("{} is not UTF-8 text", .path.display())]
    NotUtf8 { path: PathBuf },
    #[error("{} is {what}, not SQL", .path.display())]
    NotText { path: PathBuf, what: &'static str, instead: &'static str },
    #[error("the header has no `revision:` line")]
    NoRevisionId { in_message: Option<String> },
    #[error("`{key}` is not a header key")]
    UnknownHeaderKey { key: String, nearest: String },
    #[error("`{line}` was read as part of the message")]
    KeyInMessage { line: String },
    #[error("`{key}` is below the header, where it is a comment")]
    MisplacedHeaderKey { key: String },
    #[error("`{value}` is not a value of `{key}`")]
    NotNone { key: String, value: String },
    #[error("`{key}` occurs twice in the header")]
    DuplicateHeaderKey { key: String },
    #[error("`{key}` has no value")]
    EmptyHeaderValue { key: String },
    #[error("a {what} holds a control character")]
    ControlCharacter { what: &'static str },
    #[error("a {what} holds `{character}`, which the database cannot: its encoding is {encoding}")]
    NotInEncoding { what: &'static str, character: char, encoding: String },
    #[error("`{word}` is not a directive")]
    UnknownDirective { word: String, nearest: Option<String>, note: Option<String> },
    #[error("`{option}` is not an option of `{directive}`")]
    UnknownOption { directive: String, option: String, nearest: Option<String> },
    #[error("`{value}` is not a value of `{option}`: {expected}")]
    BadOptionValue { option: String, value: String, expected: &'static str, nearest: Option<&'static str> },
    #[error("there is SQL before the first `-- rev:` line")]
    SqlBeforeSection,
    #[error("the script has no `-- rev: upgrade` section")]
    NoUpgradeSection,
    #[error("`{mark}` marks a git conflict that is not resolved")]
    ConflictMarker { mark: String },
    #[error("an irreversible downgrade cannot hold statements")]
    IrreversibleWithSql,
    #[error("an upgrade that says `empty` cannot hold statements")]
    EmptyWithSql,
    #[error("this {what} has no end")]
    Unterminated { what: &'static str },
    #[error("the data of COPY begins on the next line, so nothing may follow on this one")]
    TextAfterCopy,
    #[error("`{command}` is a command of the psql program, not SQL")]
    PsqlCommand { command: String, instead: &'static str },
    #[error("`{command}` is a command of the {client} program, not SQL")]
    ClientCommand { client: &'static str, command: String, instead: &'static str },
    #[error("`{statement}` needs a client that {what}, and rev is none")]
    NeedsClient { statement: String, what: &'static str, instead: &'static str },
    #[error("this is a comment to the mariadb and mysql programs, but not to the server: no space follows `--`")]
    DashesWithoutSpace,
    #[error("how this is read depends on {mode}, and a statement before may have changed that")]
    UnknownMode { mode: &'static str },
    #[error("the statement has {bytes} bytes, and the server takes {limit} at once (`max_allowed_packet`)")]
    StatementTooLarge { bytes: usize, limit: usize },
    #[error("`{statement}` is run by the server itself with its own files, for which the role `{role}` is needed")]
    NoRightToFiles { statement: String, role: &'static str },
    #[error("`{statement}` controls the transaction, which is rev's own part{}", because(.reason))]
    TransactionControl { statement: String, reason: Option<String> },
    #[error("`{statement}` cannot run inside a transaction")]
    NeedsNoTransaction { statement: String },

    // ---- new scripts
    #[error("revision `{revision}` is not a head")]
    NotAHead { revision: RevisionId },
    #[error("{} already exists", .path.display())]
    FileExists { path: PathBuf },
    #[error("a merge needs at least two revisions, and this is {}: {}", .revisions.len(), list(.revisions))]
    NothingToMerge { revisions: Vec<RevisionId> },
    #[error("{} cannot become a revision: {reason}", .path.display())]
    CannotAdopt { path: PathBuf, reason: String, instead: String },
    #[error("{} cannot be written", .path.display())]
    Unwritable { path: PathBuf },
    #[error("the template {name} does not render: {message}")]
    BadTemplate { name: String, message: String },
    #[error("no template is called `{name}`")]
    UnknownTemplate { name: String, known: Vec<String>, nearest: Option<String> },
    #[error("{} is not one of the script folders", .path.display())]
    NotAVersionFolder { path: PathBuf },
    #[error("there is no script folder {}", .path.display())]
    NoVersionFolder { path: PathBuf },
    #[error("several script folders are configured and nothing says which one to use")]
    WhichVersionFolder { folders: Vec<PathBuf> },
    #[error("the command `{command}` failed{}", note(.status))]
    CommandFailed { command: String, status: Option<String> },
    #[error("the hook `{command}` failed{}; {} was written", note(.status), .path.display())]
    HookFailed { command: String, status: Option<String>, path: PathBuf },
    #[error("the hook `{hook}` failed: `{command}`{}", note(.status))]
    BeforeHookFailed { hook: &'static str, command: String, status: Option<String>, said: Option<String> },
    #[error("the run has finished, but the hook `{hook}` after it failed: `{command}`{}", note(.status))]
    AfterHookFailed { hook: &'static str, command: String, status: Option<String>, said: Option<String> },
    #[error("revision `{revision}` cannot be moved: {reason}")]
    CannotRebase { revision: RevisionId, reason: String },
    #[error("revision `{revision}` is applied in {database}, so its parents are history")]
    AppliedThere { revision: RevisionId, database: String, undo: String, is_chosen: bool },
    #[error("no rule of `check` is called `{name}`")]
    UnknownRule { name: String, known: Vec<String>, nearest: Option<String> },
    #[error("git cannot tell what `{reference}` has: {reason}")]
    GitFailed { reference: String, reason: String, is_missing: bool },

    // ---- configuration
    #[error("no {name} was found here or above")]
    NoConfig { name: String },
    #[error("the configuration is not valid: {message}")]
    BadConfig { message: String },
    #[error("{} is not trusted: {reason}", .path.display())]
    Untrusted { path: PathBuf, reason: String, is_named: bool },
    #[error("`{key}` is not a configuration key{}", place(.table))]
    UnknownKey { key: String, table: String, nearest: Option<String> },
    #[error("`{value}` is not a value of `{key}`: {expected}")]
    BadValue { key: String, value: String, expected: String },
    #[error("no environment is called `{name}`")]
    UnknownEnvironment { name: String, known: Vec<String> },
    #[error("the variable `{name}` is not set, and {used_by} needs it")]
    UnsetVariable { name: String, used_by: String },
    #[error("{url} is not a database URL: {reason}")]
    BadUrl { url: String, reason: String },
    #[error("`{scheme}` is not a database that rev knows")]
    UnknownScheme { scheme: String },

    // ---- the connection
    #[error("no connection to {address}: {reason}")]
    ConnectionFailed { address: String, reason: String },
    #[error("{address} refused the user, the password or the database: {reason}")]
    AccessDenied { address: String, reason: String },
    #[error("{address} has no such database: {reason}")]
    NoSuchDatabase { address: String, reason: String },
    #[error("the database file {address} cannot be opened: {reason}")]
    CannotOpen { address: String, reason: String },
    #[error("the connection to {address} was lost: {reason}")]
    ConnectionLost { address: String, reason: String },
    #[error("the database refused rev's own statement: {reason}")]
    QueryFailed { reason: String },

    #[error("cannot listen on {address}: {reason}")]
    CannotListen { address: String, reason: String },

    #[error("{address} is read-only: {reason}")]
    ReadOnly { address: String, reason: String, instead: String },
    #[error("the node at {address} is not ready: {reason}")]
    NodeNotReady { address: String, reason: String },
    #[error("the pooler at {address} gives its connections out by statement, so that no transaction is possible")]
    PoolByStatement { address: String },
    #[error("{address} is PGlite, which has one session for everybody, and rev needs two: one holds the lock")]
    OneSession { address: String },
    #[error("{address} takes the password of this user over TLS or a socket only")]
    NeedsTls { address: String },

    // ---- the journal
    #[error("{}", no_schema(.schema))]
    NoSchema { schema: String },
    #[error("the table `{table}` holds a row that rev did not write: {row}")]
    DamagedJournal { table: String, row: String },
    #[error("the journal has format {found}, and this rev knows formats up to {known}")]
    NewerJournal { found: i64, known: i64 },
    #[error("the database moved: {expected}")]
    DatabaseMoved { expected: String },
    #[error("a row of rev's own tables was not written as it was sent: {statement}")]
    JournalWriteLost { statement: String },
    #[error("there is no `{table}` {here}, but `{found}` has revision `{revision}` of these scripts")]
    JournalElsewhere { table: String, here: String, found: String, revision: String, set: Vec<String> },
    #[error(
        "`{table}` is empty, but `{history}` ends with the {direction} of `{revision}` ({started}), after which something is applied"
    )]
    JournalEmptied {
        table: String,
        history: String,
        direction: String,
        revision: String,
        started: String,
        left: String,
    },
    #[error(
        "`{missing}` is missing, but `{history}` is there and was used: whether a revision is half-way is not known"
    )]
    JournalIncomplete { missing: String, history: String, current: Heads },
    #[error("whether anything was applied is not known: {} may exist, and this user may not read it: {reason}", named(.schema, .table))]
    JournalHidden { schema: Option<String>, table: String, reason: String, dialect: Dialect },
    #[error("rev creates schema `{schema}` for its own tables before this statement, which would fail then")]
    SchemaMadeTwice { schema: String },
    #[error("id `{revision}` is longer than the {width} characters of `{table}`")]
    IdTooLong { revision: RevisionId, table: String, width: usize },
    #[error("the table `{table}` belongs to `{owner}`, whose triggers and rules would run as the current role")]
    ForeignJournal { table: String, owner: String },

    #[error("another rev works on this database: {holder}")]
    Locked { holder: String },
    #[error("the lock of this run is gone, so another rev may be at work")]
    LockLost,
    #[error("a database of SQLite is a file, and cannot be locked by a lease")]
    LeaseOnFile,
    #[error("rev needs two connections at once, and the pooler at {address} gave it only one")]
    PoolTooSmall { address: String },
    #[error(
        "the section sets `{option}` outside of a transaction, and the pooler at {address} gives its connections out by transaction"
    )]
    TimeoutBehindPooler { option: String, address: String },

    // ---- plans and runs
    #[error("revision `{revision}` has no downgrade for {dialect}")]
    MissingDowngrade { revision: RevisionId, dialect: Dialect },
    #[error("no downgrade of revision `{revision}` is stored in this database")]
    NothingStored { revision: RevisionId, has_script: bool },
    #[error("revision `{revision}` is irreversible")]
    Irreversible { revision: RevisionId },
    #[error("`transaction = \"run\"` cannot hold this run: {reason}")]
    NotOneTransaction { reason: String },
    #[error("{message}")]
    StatementFailed { message: String, code: Option<String>, detail: Option<String>, hint: Option<String> },
    #[error("could not get a lock{}: {reason}{}", again(*.retries), held(.blockers))]
    TableLocked { reason: String, retries: u32, blockers: Vec<String> },
    #[error("the statement took too long{}: {reason}", beyond(*.limit))]
    StatementTimeout { reason: String, limit: Option<Duration> },
    #[error("the script ended the transaction that it ran in")]
    TransactionEnded,
    #[error("revision `{revision}` was edited after it was {applied}")]
    Edited { revision: RevisionId, applied: String, ran_nothing: bool },
    #[error("the downgrade of revision `{revision}` was edited after it was {applied}")]
    EditedDowngrade { revision: RevisionId, applied: String, difference: String, ran_nothing: bool },
    #[error("revision `{revision}` would be undone, and no script has it any more ({applied})")]
    LostScript { revision: RevisionId, applied: String, stored: Option<String> },
    #[error("where revision `{revision}` stood is not known: {reason}")]
    Unplaced { revision: RevisionId, reason: String },
    #[error("`{table}` is changed while {rebuilt} is rebuilt, but other tables reference it and foreign keys are off")]
    ParentChangedInRebuild { table: String, rebuilt: String },
    #[error("`{table}` is rebuilt with foreign keys on, where rev cannot shield it")]
    UnshieldedRebuild { table: String },
    #[error("SQLite cannot load what `extensions` names: {reason}")]
    ExtensionNotLoaded { reason: String },
    #[error("`{table}` had {before} rows before {rebuilt} was rebuilt, and {after} after it")]
    RebuildLostRows { table: String, rebuilt: String, before: u64, after: u64 },
    #[error("{} of `{table}` would refer to no row of `{parent}` any more", orphans(.row, *.rows))]
    RebuildOrphans { table: String, parent: String, row: Option<String>, rows: usize },
    #[error("{what} no longer works after {rebuilt} was rebuilt: {reason}")]
    RebuildBroke { what: String, rebuilt: String, reason: String },
    #[error("the restore point {} cannot be written: {reason}", .path.display())]
    RestorePointFailed { path: PathBuf, reason: String },
    #[error("revision `{revision}` stopped half-way and its script has changed since: part {part} differs")]
    EditedHalfway { revision: RevisionId, part: usize },
    #[error("`{value}` was known to the session of the run that stopped, and that is gone")]
    LostValue { value: String },
    #[error("`{value}` would be about rev's own statements, which run before this one")]
    DisturbedValue { value: String, family: Family },
    #[error("{what} went with the session of the run that stopped")]
    LostState { what: String },
    #[error("revision `{revision}` stopped half-way through its {direction}, {}{}", after(*.done, *.of), stopped_at(.reached))]
    InProgress {
        revision: RevisionId,
        direction: Direction,
        done: usize,
        of: Option<usize>,
        reached: Option<String>,
        on: Option<String>,
        back: Option<String>,
    },
    #[error(
        "revision `{revision}` stopped half-way through its upgrade, and its downgrade cannot undo just that: {statement}{reason}"
    )]
    CannotUndo { revision: RevisionId, statement: String, reason: String },
    #[error("revision `{revision}` stopped at a statement that may or may not have run: {statement} ({place})")]
    InDoubt { revision: RevisionId, place: String, statement: String, seen: Vec<String> },
    #[error("no statement is in doubt")]
    NothingInDoubt,
    #[error("nothing says where the database is: {reason}")]
    UnknownStart { reason: String },
    #[error("stopped by {signal}")]
    Interrupted { signal: Signal },

    // ---- the command line
    #[error("{message}")]
    Usage { message: String, hint: Option<String> },
    #[error("`{text}` is no rename: {reason}")]
    BadRename { text: String, reason: String },
    #[error("not confirmed")]
    Declined,
    #[error("the database is protected, and there is no terminal to ask on")]
    NobodyToAsk,
    #[error("the database is not at the heads: it is at {current}, the heads are {heads}")]
    NotAtHeads { current: Heads, heads: Heads },
    #[error("the database would be {done}, and there is no terminal to ask on")]
    NotConfirmed { done: &'static str },
    #[error("{database} is protected, and would be removed for good")]
    ProtectedDrop { database: String },
    #[error("{database} cannot be created: {reason}")]
    CannotCreate { database: String, reason: String },
    #[error("{database} cannot be removed: {reason}")]
    CannotDrop { database: String, reason: String },
    #[error("{address} does not let this user create databases: {reason}")]
    ScratchDenied { address: String, family: Family, user: String, reason: String },
    #[error("{address} does not lead to the scratch database that was made there: {found}")]
    ScratchNotReached { address: String, found: String },
    #[error("{database} is protected, so no scratch database is made on its server")]
    ScratchProtected { database: String },
    #[error("{place} is {found}, and the database is {wanted}")]
    ScratchMismatch { place: String, found: &'static str, wanted: &'static str },
    #[error("`{statement}` {what}, which is outside of the scratch database")]
    ReachesOutside { statement: String, what: String },
    #[error("there is no model: {reason}")]
    NoModel { reason: String },
    #[error("nothing was made: {reason}")]
    CannotBegin { reason: String, instead: String },
    #[error("the database is not empty: it has {found}")]
    NotEmpty { found: String },
    #[error("no statement can be written for {object}: {reason}")]
    NoStatement { object: String, reason: String },
    #[error("no scratch server: {reason}")]
    NoScratchServer { reason: String },
    #[error("others are connected to {database}: {}", .others.join("; "))]
    OthersConnected { database: String, others: Vec<String> },
    #[error("there is no restore point of {}", .database.display())]
    NoRestorePoint { database: PathBuf },
    #[error("{} is not a sound database: {reason}", .path.display())]
    UnsoundRestorePoint { path: PathBuf, reason: String },
    #[error("{} is in use by another program: {reason}", .database.display())]
    DatabaseInUse { database: PathBuf, reason: String },
    #[error("restore points are for SQLite, and this is {}", .dialect.product())]
    NoRestorePointsOn { dialect: Dialect },
    #[error("`{command}` cannot be started: {}", if *.is_missing { "there is no such command" } else { "it cannot be executed" })]
    CannotStart { command: String, is_missing: bool },
    #[error("the output cannot be written")]
    Output,
}

fn after(part: usize, of: Option<usize>) -> String {
    let of = of.map_or(String::new(), |of| format!(" of {of}"));
    if part == 0 { format!("at part 1{of}") } else { format!("after part {part}{of}") }
}
