//! `rev check --against REF`.

use std::fs;
use std::process::Command;

use crate::check::check;
use crate::place::Place;
use crate::place::refused;
use crate::support::Output;

/// A project in a git repository of its own.
struct Repository(Place);

impl Repository {
    fn with(scripts: &str) -> Self {
        let repository = Self(Place::with(scripts));
        repository.git("init -q -b main .");
        repository.commit();
        repository
    }

    #[track_caller]
    fn git(&self, line: &str) -> String {
        self.run_git(line).succeeded().to_owned()
    }

    /// Runs git without anything that the developer has configured.
    fn run_git(&self, line: &str) -> Output {
        let mut command = Command::new("git");
        // Nor with what a hook of git, which may run the tests, says of its own repository.
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.args(line.split_whitespace()).current_dir(self.0.path());
        for name in ["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"] {
            command.env(name, "nobody");
        }
        command.env("HOME", self.0.path()).env("GIT_CONFIG_NOSYSTEM", "1");
        Output::of(command)
    }

    fn commit(&self) {
        self.git("add -A");
        self.git("commit -q -m x");
    }

    fn edit(&self, id: &str, from: &str, to: &str) {
        let path = format!("versions/{id}.sql");
        let text = self.0.read(&path).replace(from, to);
        self.0.write(&path, text);
    }

    #[track_caller]
    fn check(&self, reference: &str, expected: &[&str]) {
        check(&self.0, &format!("--against {reference} --allow multiple-heads"), expected);
    }
}

#[test]
fn what_is_new_and_grows_from_the_head_is_right() {
    let repository = Repository::with("a; b < a");
    repository.check("main", &[]);
    repository.0.grow("c < b; d < c; e < c; f");
    repository.check("HEAD", &[]);
    repository.commit();
    repository.check("HEAD~1", &[]);
    repository.check("main", &[]);
}

#[test]
fn a_revision_that_is_gone_is_found() {
    let repository = Repository::with("a; b < a; c < b");
    fs::remove_file(repository.0.path().join("versions/c.sql")).unwrap();
    repository.check("main", &["error deleted-revision versions/c.sql:null c"]);
    repository.commit();
    repository.check("main", &[]);
    repository.check("main~1", &["error deleted-revision versions/c.sql:null c"]);
}

#[test]
fn a_revision_that_was_changed_is_found_unless_only_its_looks_changed() {
    let repository = Repository::with("a; b < a; c < a");
    repository.edit("b", "-- rev: upgrade\n", "-- note\n\n-- rev: upgrade\n/* more */\n");
    repository.edit("c", "-- c\n", "-- another message\n");
    let text = repository.0.read("versions/a.sql").replace('\n', "\r\n");
    repository.0.write("versions/a.sql", text);
    fs::rename(repository.0.path().join("versions/b.sql"), repository.0.path().join("versions/0_b.sql")).unwrap();
    repository.check("main", &[]);
    repository.edit("c", "-- rev: upgrade\n", "-- rev: upgrade\nSELECT 3;\n");
    repository.edit("a", "-- rev: downgrade\r\n", "-- rev: downgrade irreversible\r\n");
    repository
        .check("main", &["error changed-revision versions/a.sql:3 a", "error changed-revision versions/c.sql:3 c"]);
    repository.git("checkout -q .");
    repository.edit("c", "-- down_revision: a\n", "-- down_revision: b\n");
    let output = repository.0.run("check --against main");
    assert!(output.stdout.contains("revision `c` is not what it is in main: its parents differ"), "{}", output.stdout);
}

#[test]
fn statements_for_every_named_database_count() {
    let repository = Repository::with("a");
    repository.edit(
        "a",
        "-- rev: downgrade\n",
        "-- rev: upgrade dialect=postgres\nSELECT $$ a $$;\n-- rev: downgrade\n",
    );
    repository.commit();
    repository.edit("a", "$$ a $$", "$$ b $$");
    repository.check("main", &["error changed-revision versions/a.sql:3 a"]);
}

#[test]
fn a_new_revision_whose_parent_is_no_head_any_more_is_found() {
    let repository = Repository::with("a; b < a");
    repository.git("checkout -q -b mine");
    repository.0.grow("mine < b; mine2 < mine");
    repository.commit();
    repository.git("checkout -q main");
    repository.0.grow("theirs < b");
    repository.commit();
    repository.git("checkout -q mine");
    // What the branch has not got yet is not deleted: it is only behind.
    repository.check("main", &["error stale-parent versions/mine.sql:4 mine"]);
    repository.git("merge -q main -m merge");
    repository.check("main", &["error stale-parent versions/mine.sql:4 mine"]);
    repository.0.run("rebase mine --onto theirs").succeeded();
    repository.check("main", &[]);
    check(&repository.0, "--against main", &[]);
}

#[test]
fn what_the_reference_alone_changed_is_no_change_of_ours() {
    let repository = Repository::with("a; b < a");
    repository.git("branch mine");
    repository.edit("a", "-- rev: upgrade\n", "-- rev: upgrade\nSELECT 3;\n");
    fs::remove_file(repository.0.path().join("versions/b.sql")).unwrap();
    repository.commit();
    repository.git("checkout -q mine");
    repository.check("main", &[]);
    repository.edit("a", "-- rev: upgrade\n", "-- rev: upgrade\nSELECT 2;\n");
    repository.check("main", &["error changed-revision versions/a.sql:3 a"]);
}

#[test]
fn a_script_that_is_broken_now_is_not_also_gone() {
    let repository = Repository::with("a; b < a");
    repository.edit("b", "-- rev: upgrade", "-- rev: upgrad");
    repository.check("main", &["error unknown-directive versions/b.sql:6 null"]);
}

#[test]
fn folders_in_depth_and_several_of_them_are_compared() {
    let repository = Repository::with("a");
    repository.0.write("migrations.toml", "versions = ['versions', 'more']\nrecursive = true\n");
    for (id, folder) in [("b", "versions/in/depth"), ("c", "more"), ("d", "more/.hidden")] {
        let text = format!("-- {id}\n--\n-- revision: {id}\n-- rev: upgrade\nSELECT 1;\n-- rev: downgrade\n");
        repository.0.write(&format!("{folder}/ñ {id}.sql"), text);
    }
    repository.commit();
    repository.check("main", &[]);
    fs::rename(repository.0.path().join("more/ñ c.sql"), repository.0.path().join("versions/ñ c.sql")).unwrap();
    repository.check("main", &[]);
    fs::remove_dir_all(repository.0.path().join("versions/in")).unwrap();
    repository.check("main", &["error deleted-revision versions/in/depth/ñ b.sql:null b"]);
}

#[test]
fn a_check_works_inside_of_a_commit_hook_and_from_a_folder_below() {
    let repository = Repository::with("a; b < a");
    repository.git("checkout -q -b mine");
    let hook = format!("'{}' check --against main > hook.txt 2>&1", env!("CARGO_BIN_EXE_rev"));
    repository.0.program(".git/hooks/pre-commit", &hook);
    repository.0.grow("c < b");
    repository.commit();
    assert_eq!(repository.0.read("hook.txt"), "no findings\n");
    repository.0.grow("d < c");
    repository.edit("a", "-- rev: upgrade\n", "-- rev: upgrade\nSELECT 3;\n");
    repository.git("add -A");
    assert_ne!(repository.run_git("commit -q -m x").code, 0);
    assert!(repository.0.read("hook.txt").contains("changed-revision"));
    let mut command = repository.0.command(&["check", "--against", "main"]);
    command.current_dir(repository.0.path().join("versions")).env("GIT_DIR", ".git");
    let output = Output::of(command);
    assert!(
        output.stdout.starts_with("../versions/a.sql:3:14: error[changed-revision]"),
        "{}{}",
        output.stdout,
        output.stderr
    );
}

#[test]
fn what_git_cannot_tell_is_refused() {
    let repository = Repository::with("a");
    assert!(
        refused(&repository.0.run("check --against nope"), "git-failed").contains("`nope` has: it names no commit")
    );
    assert!(refused(&repository.0.run("check --against=--help"), "git-failed").contains("it names no commit"));
    assert!(refused(&repository.0.run("check --against HEAD:versions"), "git-failed").contains("it names no commit"));
    let place = Place::with("a");
    let text = refused(&place.run("check --against main"), "git-failed").to_owned();
    assert!(text.contains("not a git repository"), "{text}");
    let mut command = place.command(&["check", "--against", "main"]);
    command.env("PATH", "");
    assert!(refused(&Output::of(command), "git-failed").contains("the program `git` cannot be run"));
}
