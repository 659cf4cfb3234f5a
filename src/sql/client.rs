//! Lines that only a database's own shell understands, and what to write instead.

use crate::dialect::Family;

/// Returns what to write in the place of a command of psql; `command` is with its backslash.
pub(super) fn instead_of_psql(command: &str) -> &'static str {
    match command {
        "\\copy" => "write `COPY … FROM stdin;` with the data on the lines below it, and `\\.` on a line of its own",
        "\\i" | "\\ir" | "\\include" | "\\include_relative" => {
            "put the text of that file in its place, or make a revision of its own from it"
        }
        "\\c" | "\\connect" => {
            "a script runs in one database: leave the line out, and choose the database with the URL; `SET ROLE` changes the role"
        }
        "\\set" | "\\unset" | "\\gset" | "\\getenv" => {
            "scripts have no variables: write the value itself, or a `DO` block that finds it"
        }
        "\\echo" | "\\qecho" | "\\warn" => {
            "leave it out, or say `DO $$ BEGIN RAISE NOTICE '…'; END $$;`, which rev shows"
        }
        "\\gexec" => "build and run the statements in a `DO` block: `EXECUTE format('…', …)`",
        "\\g" | "\\gx" | "\\gdesc" | "\\crosstabview" | "\\watch" => "end the statement with `;`",
        "\\if" | "\\elif" | "\\else" | "\\endif" => "use IF in a `DO` block",
        "\\encoding" => "scripts are UTF-8; leave the line out",
        "\\timing" | "\\pset" | "\\x" | "\\a" | "\\t" | "\\o" | "\\H" | "\\f" | "\\q" | "\\r" | "\\p" | "\\pause" => {
            "leave it out"
        }
        "\\." => "it ends the data of a `COPY … FROM stdin;`, and there is none",
        "\\!" => "a hook in migrations.toml can run a program",
        "\\;" => "write `;`",
        _ => "rev sends SQL, as any driver does: write it as SQL",
    }
}

/// Whether a command of psql ends the statement that it stands behind.
pub(super) fn sends_query(command: &str) -> bool {
    command.starts_with("\\g") || matches!(command, "\\crosstabview" | "\\watch")
}

/// Returns the name of the shell, and what to write instead, if a statement that begins with `word` is a command of it.
pub(super) fn command(family: Family, word: &str, next: &str) -> Option<(&'static str, &'static str)> {
    let is = |words: &[&str]| words.iter().any(|text| word.eq_ignore_ascii_case(text));
    let instead = match family {
        Family::Postgres => return None,
        Family::Sqlite if word == "." => return dot_command(next).map(|instead| ("sqlite3", instead)),
        Family::Sqlite => return None,
        Family::Mysql if is(&["source"]) => "put the text of that file in its place",
        Family::Mysql if is(&["system", "edit"]) => "a hook in migrations.toml can run a program",
        Family::Mysql if is(&["connect", "resetconnection"]) => {
            "leave it out: rev holds the connection, and `USE` changes the database"
        }
        Family::Mysql if is(&["charset"]) => "write `SET NAMES …`",
        Family::Mysql
            if is(&[
                "clear",
                "ego",
                "exit",
                "go",
                "nopager",
                "notee",
                "nowarning",
                "pager",
                "print",
                "prompt",
                "quit",
                "rehash",
                "status",
                "tee",
                "warnings",
            ]) =>
        {
            "leave it out"
        }
        Family::Mysql => return None,
    };
    Some(("mariadb or mysql", instead))
}

/// Returns what to write in the place of a backslash of the mariadb program; it is with its letter.
pub(super) fn instead_of_backslash(letter: char) -> &'static str {
    match letter {
        'G' | 'g' => "end the statement with `;`",
        '.' => "put the text of that file in its place",
        'u' => "write `USE`",
        'C' => "write `SET NAMES …`",
        'd' => "write DELIMITER on a line of its own",
        _ => "leave it out",
    }
}

fn dot_command(name: &str) -> Option<&'static str> {
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    Some(match name.to_ascii_lowercase().as_str() {
        "read" => "put the text of that file in its place",
        "import" => "write INSERT statements; `.mode insert` of sqlite3 makes them",
        "open" => "a script runs in one database, which the URL names; `ATTACH` adds another one",
        "shell" | "system" => "a hook in migrations.toml can run a program",
        _ => "leave it out",
    })
}
