//! What to type next, for each kind.

use crate::dialect::Dialect;
use crate::dialect::Family;
use crate::direction::Direction;
use crate::error::ErrorKind;
use crate::error::phrases::edited;
use crate::error::phrases::edited_downgrade;
use crate::error::phrases::nearest_or;
use crate::error::phrases::unknown_row;
use crate::typed;

impl ErrorKind {
    /// Returns what to do about it, when there is something better than the message itself.
    pub fn hint(&self) -> Option<String> {
        self.advice().map(typed::in_commands)
    }

    fn advice(&self) -> Option<String> {
        let hint = match self {
            Self::MultipleHeads { instead: Some(instead), .. } | Self::AmbiguousWalk { instead: Some(instead), .. } => {
                return Some(instead.clone());
            }
            Self::MultipleHeads { .. } => {
                "use `heads` for all of them, name one, narrow it with `label@head`, or join them with `rev merge heads`"
            }
            Self::UnknownRevision { nearest, .. } => {
                return Some(nearest_or(nearest, "`rev history` lists the revisions"));
            }
            Self::UnknownLabel { nearest, .. } => {
                return Some(nearest_or(nearest, "`rev branches` and `rev history` show the labels"));
            }
            Self::AmbiguousPrefix { .. } => "type more of the id",
            Self::AmbiguousWalk { .. } => "name the revision, or say which side with `label@`",
            Self::AmbiguousCurrent { target, rows } => {
                let row = rows.first().map_or("label", |row| row.as_str());
                return Some(format!("say which one, as in `{row}@{target}` or with a label, or name a revision"));
            }
            Self::WalkedTooFar { .. } => "`rev history -i` shows where the database is, and what is above and below",
            Self::BadTarget { .. } => {
                "a target is `head`, `heads`, `base`, `current`, `+N`, `-N`, a label, or an id or its beginning"
            }
            Self::RangeNotAllowed { .. } => {
                "name one end of it; `rev history -r FROM:TO` lists a range, and `--sql` prints what lies between, as in `rev upgrade FROM:TO --sql`"
            }
            Self::RangeRequired { .. } => "write `FROM:TO`; either end may be empty",
            Self::BadRange { .. } => "the lower end comes first; `rev history --graph` shows what grows from what",
            Self::NoRevision { at_base: true, .. } | Self::NothingToRedo => "`rev upgrade` applies what is pending",
            Self::NoRevision { .. } => "`rev history` lists the revisions, and `rev revision -m MESSAGE` makes one",
            Self::SeveralRevisions { .. } => "name one of them",
            Self::AlreadyJoined { .. } => "`rev heads` lists what can be joined",
            Self::BadRename { .. } => {
                "write OLD:NEW as `rev diff` names them, `users.name:users.full_name` or `logs:events`"
            }
            Self::NotApplied { .. } => "`rev current` shows what is applied",
            Self::WrongWay { direction: Direction::Downgrade, .. } => {
                "`+N` is for `rev upgrade`; a downgrade takes `-N`"
            }
            Self::WrongWay { .. } => "`-N` is for `rev downgrade`; an upgrade takes `+N`",
            Self::UnknownRow { below, .. } => return Some(unknown_row(below.as_deref().unwrap_or("TARGET"))),
            Self::CannotListen { .. } => "choose another address with `--listen`; port 0 takes a free one",
            Self::TooLargeToDraw { .. } => "draw a part with `-r FROM:TO`, or all of it with `--format dot`",
            Self::MissingParent { nearest, .. } | Self::MissingDependency { nearest, .. } => {
                return Some(nearest_or(nearest, "add the script it names, or correct the header"));
            }
            Self::DuplicateId { .. } => "choose another id for one of them",
            Self::DuplicateLabel { .. } | Self::LabelIsId { .. } => "choose another label",
            Self::Cycle { .. } => "correct the `down_revision` or `depends_on` of one of them",
            Self::BadLog { hint, .. } => hint,
            Self::NoSuchRun { runs, .. } if runs.is_empty() => {
                "name a file that `--log-file` wrote with `--log-format json`"
            }
            Self::NoSuchRun { runs, .. } => return Some(format!("its runs are {}", runs.join(", "))),
            Self::Unreadable { .. } => "check that the path is right, that it exists, and that you may read it",
            Self::Unwritable { .. } => "check that the folder exists and that you may write there",
            Self::Unterminated { what: "string" | "quoted identifier" } => {
                "look for a quote that is missing, or one too many; what `\\` and `\"` mean follows sql_mode (NO_BACKSLASH_ESCAPES, ANSI_QUOTES) and standard_conforming_strings"
            }
            Self::Unterminated { .. } => return None,
            Self::NotUtf8 { .. } => {
                "save it as UTF-8; a dump that holds binary values is text if it is made with `--hex-blob`"
            }
            Self::NotText { instead, .. } => instead,
            Self::ReadOnly { instead, .. } => return Some(instead.clone()),
            Self::NodeNotReady { .. } => {
                "wait until it has joined its cluster (`SHOW STATUS LIKE 'wsrep_ready'` says ON), or connect to another node"
            }
            Self::PoolByStatement { .. } => {
                "connect to the server itself, or to a pool with `pool_mode = transaction` or `session`"
            }
            Self::OneSession { .. } => "give it the text of `rev upgrade --sql`, or use a PostgreSQL server",
            Self::NeedsTls { .. } => "put `ssl-mode=required` into the URL, or connect by the server's socket",
            Self::CannotAdopt { instead, .. } | Self::CannotBegin { instead, .. } => return Some(instead.clone()),
            Self::NoRevisionId { in_message: Some(line) } => {
                return Some(format!("`{line}` was read as part of the message: put a line `--` above it"));
            }
            Self::KeyInMessage { .. } => {
                "put a line `--` above it, or, if it belongs to the message, a second space behind its `--`"
            }
            Self::MisplacedHeaderKey { .. } => {
                "move it up to the other keys: the header ends at the first line without `--`"
            }
            Self::NotNone { .. } => "did you mean `none`?",
            Self::NoRevisionId { in_message: None } => {
                "add a line `-- revision: ID` after the message, or use `rev revision -m MESSAGE` to make scripts"
            }
            Self::UnknownHeaderKey { nearest, .. } => return Some(format!("did you mean `{nearest}`?")),
            Self::EmptyHeaderValue { .. } => "write a value, or remove the line",
            Self::UnknownDirective { nearest, note, .. } => {
                let meant = nearest_or(nearest, "the directives are `-- rev: upgrade` and `-- rev: downgrade`");
                return Some(note.as_ref().map_or(meant.clone(), |note| format!("{meant} {note}")));
            }
            Self::UnknownOption { directive, option, .. } if directive == "downgrade" && option == "empty" => {
                "leave the word out: a downgrade section without statements says that there is nothing to undo"
            }
            Self::UnknownOption { nearest, .. } => {
                return nearest.as_ref().map(|nearest| format!("did you mean `{nearest}`?"));
            }
            Self::BadOptionValue { option, nearest, .. } => {
                return nearest.map(|nearest| format!("did you mean `{option}={nearest}`?"));
            }
            Self::ConflictMarker { .. } => {
                "keep one side, or join both, and remove the marks; `git diff` shows where they are"
            }
            Self::SqlBeforeSection => "put `-- rev: upgrade` above it",
            Self::NoUpgradeSection => "add a line `-- rev: upgrade`, with the SQL below it (it may be empty)",
            Self::IrreversibleWithSql => "remove the statements, or the word `irreversible`",
            Self::EmptyWithSql => "remove the statements, or the word `empty`",
            Self::PsqlCommand { instead, .. }
            | Self::ClientCommand { instead, .. }
            | Self::NeedsClient { instead, .. } => instead,
            Self::DashesWithoutSpace => "put a space behind `--`, or take the line out",
            Self::UnknownMode { .. } => {
                "set the mode to a value that is written in the script, or write the text without a backslash"
            }
            Self::StatementTooLarge { .. } => {
                "divide it (an INSERT of fewer rows at a time), or raise `max_allowed_packet` on the server; who is connected keeps the old value"
            }
            Self::NoRightToFiles { role, .. } => {
                return Some(format!(
                    "`GRANT {role} TO` the role that migrates, or write `COPY … FROM stdin;` with the data below it"
                ));
            }
            Self::TransactionControl { .. } => {
                "remove it: rev runs each section in a transaction; statements that must not be in one go into a section with `transaction=off`"
            }
            Self::NeedsNoTransaction { .. } => {
                "put it into its own section, with `transaction=off` on its `-- rev:` line"
            }
            Self::NotAHead { .. } => "add `--splice` to start a new branch from it",
            Self::NothingToMerge { .. } => "a merge joins two heads or more; `rev heads` lists them",
            Self::UnknownTemplate { known, nearest, .. } | Self::UnknownRule { known, nearest, .. } => {
                let nearest = nearest.as_ref().map_or(String::new(), |nearest| format!("did you mean `{nearest}`? "));
                return Some(format!("{nearest}there are {}", known.join(", ")));
            }
            Self::HookFailed { .. } => "fix it and run it yourself, or delete the script and try again",
            Self::BeforeHookFailed { .. } => {
                "fix what it is about, or the command in migrations.toml, and run rev again"
            }
            Self::AfterHookFailed { .. } => {
                "fix what it is about, and run the command yourself: rev runs it after the next run only"
            }
            Self::AppliedThere { is_chosen: true, .. } => {
                "with `--redo` it is undone there, moved and applied again; or join the branches with `rev merge`"
            }
            Self::AppliedThere { undo, .. } => {
                return Some(format!(
                    "join the branches with `rev merge` instead; or undo it there with `{undo}`, and `rev upgrade` after the rebase"
                ));
            }
            Self::NoVersionFolder { .. } => {
                "`rev revision -m MESSAGE` creates it with the first script; if it should be there, look at `versions` in migrations.toml"
            }
            Self::NotAVersionFolder { .. } => "add it to `versions` in migrations.toml, or name one that is there",
            Self::WhichVersionFolder { folders } => {
                let folders: Vec<String> = folders.iter().map(|folder| format!("`{}`", folder.display())).collect();
                return Some(format!("say which with `--version-path`: {}", folders.join(" or ")));
            }
            Self::FileExists { .. } => "use another message, or put `{{ id }}` into `file_name` in migrations.toml",
            Self::NoConfig { .. } => "`rev init` creates one",
            Self::Untrusted { is_named: true, .. } => {
                "make it yours with `chown`, and take the right to write from others with `chmod o-w`"
            }
            Self::Untrusted { .. } => {
                "make it yours with `chown`, and take the right to write from others with `chmod go-w`; \
                 or say that you trust it by naming the configuration: `-c FILE`, or REV_CONFIG"
            }
            Self::UnknownKey { nearest, .. } => {
                return Some(nearest_or(nearest, "docs/configuration.md lists the keys"));
            }
            Self::UnknownEnvironment { known, .. } if known.is_empty() => {
                "the configuration has none; add an [env.NAME] table"
            }
            Self::UnknownEnvironment { known, .. } => {
                return Some(format!("the configuration has `{}`", known.join("`, `")));
            }
            Self::DuplicateHeaderKey { .. } => "keep one of the lines",
            Self::UnsetVariable { .. } => "set it, or give it a default, as in `${NAME:-default}`",
            Self::UnknownScheme { .. } => "URLs begin with sqlite:, postgres://, mysql:// or mariadb://",
            Self::ConnectionFailed { .. } => {
                "check that the server runs and that the URL names its host and port; `--wait 30s` waits for it"
            }
            Self::AccessDenied { .. } => {
                "check the user and the password in the URL; where the reason names a database, the user has no rights on it"
            }
            Self::NoSuchDatabase { .. } => "`rev db create` creates it; or correct its name in the URL",
            Self::CannotOpen { .. } => "check the path in the URL, and that you may read and write there",
            Self::QueryFailed { .. } => {
                "rev must be able to make, read and change its own tables, which docs/journal.md lists"
            }
            Self::ConnectionLost { reason, .. } if let Some(limit) = session_limit(reason) => {
                return Some(format!(
                    "the server's `{limit}` ended the session; give this user more (`ALTER ROLE … SET {limit} = …`), or divide the revision, and run the same command again"
                ));
            }
            Self::ConnectionLost { reason, .. } if reason.contains("protocol error") => {
                "the driver could not read an answer: is it text that is not UTF-8, as after `SET client_encoding`? leave that out, or such notices with `SET client_min_messages = error`"
            }
            Self::ConnectionLost { .. } => {
                "when the server is back, run the same command again: it continues from there"
            }
            Self::NoSchema { .. } => "create it, or name another one with `schema` in migrations.toml",
            Self::DamagedJournal { .. } => "correct or delete the row by hand: only you can know what it stands for",
            Self::NewerJournal { .. } => "use the rev that wrote it, or a newer one",
            Self::DatabaseMoved { .. } => {
                "someone else changed it at the same time; `rev current` shows where it is now, then run the command again"
            }
            Self::JournalWriteLost { .. } => {
                "a trigger, a rule or a policy on that table took the row away or changed it; remove it, and run the command again"
            }
            Self::JournalEmptied { left, .. } => {
                return Some(format!(
                    "record where the database is: `rev stamp {left}` if that is applied, `rev stamp base` if nothing is"
                ));
            }
            Self::JournalIncomplete { current, .. } => {
                let current = current.to_string().replace(',', "");
                return Some(format!(
                    "bring the table back from a backup; if no run stopped half-way, `rev stamp {current}` makes it again"
                ));
            }
            Self::JournalElsewhere { set, .. } if set.is_empty() => {
                "rev cannot know what is applied without it: bring the table back from a backup, or make it and put in the ids of the heads"
            }
            Self::JournalElsewhere { set, .. } => {
                let set = set.join("` and `");
                return Some(format!(
                    "say in migrations.toml that it is there, with `{set}`; where the same scripts have a journal in several places, `other_journals = \"allow\"`"
                ));
            }
            Self::JournalHidden { schema, table, dialect, .. } => {
                return Some(show(schema.as_deref(), table, *dialect));
            }
            Self::SchemaMadeTwice { schema } => return Some(format!("write `CREATE SCHEMA IF NOT EXISTS {schema}`")),
            Self::IdTooLong { .. } => "give the revision a shorter id, or widen the column",
            Self::ForeignJournal { table, .. } => {
                return Some(format!(
                    "if rev made it, `ALTER TABLE {table} OWNER TO` the role that migrates, or become a member of its owner; else find out who planted it"
                ));
            }
            Self::Locked { .. } => "run the command again when it has finished, or wait longer with `--lock-wait 10m`",
            Self::LockLost => "`rev status` shows where the database is; then run the command again to continue",
            Self::LeaseOnFile => "leave `lock` out, or set it for the environment of the server only",
            Self::PoolTooSmall { .. } => {
                "let the pool have at least two connections for this database (PgBouncer: `default_pool_size`, `max_db_connections`), or connect to the server itself"
            }
            Self::TimeoutBehindPooler { .. } => {
                "the setting would stay with a connection that somebody else gets next: connect to the server itself, or leave the option out"
            }
            Self::MissingDowngrade { .. } => {
                "write its `-- rev: downgrade` section (it may be empty), or say `-- rev: downgrade irreversible`"
            }
            Self::NothingStored { has_script: true, .. } => {
                "its script had none when it was applied: write the downgrade into the script, and leave out `--stored`"
            }
            Self::NothingStored { has_script: false, .. } => {
                "bring its script back, with a downgrade, and leave out `--stored`; or undo it by hand, and `rev stamp --purge TARGET` says where the database is then"
            }
            Self::Irreversible { .. } => "restore a backup, or write a new revision that moves forward",
            Self::NotOneTransaction { .. } => "use `transaction = \"revision\"`",
            Self::StatementFailed { hint, .. } | Self::Usage { hint, .. } => return hint.clone(),
            Self::TableLocked { .. } => {
                "run the command again when whoever holds it has finished, or wait longer with `--lock-timeout` or `lock_retries`"
            }
            Self::StatementTimeout { .. } => {
                "give it more time: `statement_timeout=…` on the `-- rev:` line of its section, or in migrations.toml"
            }
            Self::NotInEncoding { .. } => "take the character out, or create the database again with `ENCODING 'UTF8'`",
            Self::TransactionEnded => {
                "take the COMMIT or ROLLBACK out of what the script calls, or use `transaction=off`"
            }
            Self::Edited { revision, ran_nothing, .. } => return Some(edited(revision, *ran_nothing)),
            Self::EditedDowngrade { revision, ran_nothing, .. } => {
                return Some(edited_downgrade(revision, *ran_nothing));
            }
            Self::LostScript { stored: Some(_), .. } => {
                "check out the branch that has its script, or run the downgrade that was stored with it, shown above, with `--stored`"
            }
            Self::LostScript { stored: None, .. } => {
                "check out the branch that has its script: none of its downgrade was stored"
            }
            Self::Unplaced { .. } => {
                "check out the branch that has its script, or undo it by hand and record where the database is with `rev stamp --purge TARGET`"
            }
            Self::ParentChangedInRebuild { .. } => "put the statement into its own section, where foreign keys are on",
            Self::UnshieldedRebuild { .. } => {
                "remove `transaction=off`, so that rev can shield it, or say `PRAGMA foreign_keys = OFF` in a `transaction=off` section before it"
            }
            Self::ExtensionNotLoaded { .. } => {
                "a path starts from the folder of the configuration, and a name is one that the system finds; it must be built for this system"
            }
            Self::RebuildLostRows { .. } => {
                "nothing of it was kept; if rows are to be deleted, do it in its own section"
            }
            Self::RebuildOrphans { .. } => "nothing of it was kept; copy every row that others refer to",
            Self::RebuildBroke { .. } => {
                "nothing of it was kept; drop it in the script before the rebuild, and make it again behind it"
            }
            Self::RestorePointFailed { .. } => {
                "make room beside the database, or go without with `restore_points = 0` in migrations.toml"
            }
            Self::NoRestorePoint { .. } => {
                "one is written before a run that can lose data; `rev restore --list` lists them"
            }
            Self::UnsoundRestorePoint { .. } => "name another one; `rev restore --list` lists them",
            Self::DatabaseInUse { .. } => "stop what uses it, and run the command again",
            Self::NoRestorePointsOn { .. } => "use the server's own backup",
            Self::EditedHalfway { .. } => {
                "put the script's finished parts back as they were; parts that have not run may be edited"
            }
            Self::LostValue { .. } => {
                "write the value itself, or a query that finds it, into the statements that have not run yet: those may be edited"
            }
            Self::DisturbedValue { family: Family::Sqlite, .. } => {
                "write it behind the statement that it is about, both in one section without `transaction=off`, or find the value by a query"
            }
            Self::DisturbedValue { .. } => {
                "write it right behind the change of rows that it is about, in one section without `transaction=off`; what it tells of DDL, a CALL or an EXECUTE needs both in one procedure (MariaDB: in one BEGIN NOT ATOMIC … END)"
            }
            Self::LostState { .. } => {
                "make it again in a statement before this one, use a plain table instead (parts that have not run may be edited), or take back what ran with `rev downgrade` and run all of it again"
            }
            Self::InProgress { on, back, .. } => {
                let on = match on {
                    Some(on) => format!("`{on}` continues it"),
                    None => "no script has it: check out the branch that does".to_owned(),
                };
                let back = back.as_ref().map_or(String::new(), |back| format!("; `{back}` undoes what ran"));
                return Some(format!("{on}{back}; {GIVE_UP}"));
            }
            Self::CannotUndo { revision, .. } => {
                return Some(format!("`rev upgrade {revision}` continues it, and then it can be undone; {GIVE_UP}"));
            }
            Self::InDoubt { .. } => {
                "look at the database, then say `rev resume --ran` or `rev resume --not-ran`, and run the command again"
            }
            Self::NothingInDoubt => "`rev status` shows where the database is, and `rev upgrade` continues from there",
            Self::UnknownStart { .. } => {
                "say it: `FROM:TO` with `--sql` needs no database; an upgrade `:head` starts from base"
            }
            Self::Interrupted { .. } => "run the same command again to continue",
            Self::ProtectedDrop { .. } => "if that is what you want, say so with `--yes`",
            Self::CannotCreate { .. } => {
                "ask whoever runs the server to make it, or for the right to; then `rev db create` finds it there"
            }
            Self::CannotDrop { .. } => "ask whoever runs the server to remove it, or for the right to",
            Self::OthersConnected { .. } => "stop what is connected, or end its connections with `--force`",
            Self::NotConfirmed { .. } | Self::NobodyToAsk => "use `--yes` to skip the question",
            Self::Declined => "type the word that the question names, or use `--yes` where nobody can",
            Self::CannotStart { is_missing: true, .. } => {
                "check its name, the folders of PATH and, if it is a script, the program of its first line"
            }
            Self::CannotStart { is_missing: false, .. } => "check that it is a program, and that you may execute it",
            Self::ScratchDenied { family: Family::Postgres, user, .. } => {
                return Some(format!(
                    "`ALTER ROLE {user} CREATEDB` lets it, or name another server with `url` in [scratch]"
                ));
            }
            Self::ScratchDenied { user, .. } => {
                return Some(format!(
                    "``GRANT ALL PRIVILEGES ON `rev\\_scratch\\_%`.* TO {user}`` lets it, or name another server with `url` in [scratch]"
                ));
            }
            Self::ScratchNotReached { .. } => "name the server itself, without a pooler, with `url` in [scratch]",
            Self::ScratchProtected { .. } => {
                "name another server with `url` in [scratch], or let rev start one with `local = true`"
            }
            Self::ScratchMismatch { .. } => "name a server of the same product",
            Self::ReachesOutside { .. } => {
                "give scratch databases a server of their own: `local = true` or `url` in [scratch]"
            }
            Self::GitFailed { is_missing: true, .. } => {
                "`git fetch` gets what the remote has; CI often checks out one commit and no other branch: `fetch-depth: 0`, or `git fetch origin main`"
            }
            Self::NoModel { .. } => {
                "write `[model]` into migrations.toml, and below it `sql = \"schema.sql\"`, or a `command` that prints SQL"
            }
            Self::NotEmpty { .. } => "name an empty one: `rev db create` makes it; `rev upgrade` goes on with this one",
            Self::NoStatement { .. } => "leave it out with `--exclude KIND:GLOB`, and write that change yourself",
            Self::NoScratchServer { .. } => "`url` in [scratch] names a server",
            Self::NotAtHeads { .. } => "`rev upgrade heads` brings it there",
            Self::BadValue { .. }
            | Self::Several { .. }
            | Self::IllegalName { .. }
            | Self::NotInBranch { .. }
            | Self::SelfLoop { .. }
            | Self::ControlCharacter { .. }
            | Self::TextAfterCopy
            | Self::BadTemplate { .. }
            | Self::CommandFailed { .. }
            | Self::GitFailed { is_missing: false, .. }
            | Self::CannotRebase { .. }
            | Self::BadConfig { .. }
            | Self::BadUrl { .. }
            | Self::Output => return None,
        };
        Some(hint.to_owned())
    }
}

/// What is left where neither way is wanted.
const GIVE_UP: &str =
    "to abandon it, undo by hand what it did and record where the database is with `rev stamp --purge TARGET`";

/// Returns the setting of PostgreSQL that ended a session, by the code in a reason.
fn session_limit(reason: &str) -> Option<&'static str> {
    let limits = [
        ("(25P04)", "transaction_timeout"),
        ("(25P03)", "idle_in_transaction_session_timeout"),
        ("(57P05)", "idle_session_timeout"),
    ];
    limits.into_iter().find(|(code, _)| reason.contains(code)).map(|(_, limit)| limit)
}

/// Says which rights let a user see rev's tables.
fn show(schema: Option<&str>, table: &str, dialect: Dialect) -> String {
    let schema = schema.unwrap_or_default();
    match dialect.family() {
        Family::Postgres => format!(
            "`GRANT USAGE ON SCHEMA {schema} TO` and `GRANT SELECT ON {schema}.{table} TO` this user, and on rev's other tables, which docs/journal.md lists; or, if this project's are in another schema, name it with `schema` in migrations.toml"
        ),
        Family::Mysql | Family::Sqlite => format!(
            "`GRANT SELECT ON {schema}.* TO` this user, or on {schema}.{table} and rev's other tables, which docs/journal.md lists"
        ),
    }
}
