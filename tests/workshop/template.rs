//! Templates by name.

use crate::place::Place;
use crate::place::refused;

const MINE: &str = "-- {{ message }}\n--\n-- revision: {{ id }}\n-- down_revision: \
                    {% if down_revisions %}{{ down_revisions | join(sep=\", \") }}{% else %}none{% endif %}\n\n\
                    -- rev: upgrade\n-- mine\n-- rev: downgrade\n";

#[test]
fn the_built_in_templates_need_no_files() {
    let place = Place::new("");
    let path = place.revision("-m first --rev-id a --template expand-contract");
    assert!(place.read(&path).contains("contract: drop what nothing uses"), "{}", place.read(&path));
    let path = place.revision("-m second --rev-id b --template per-dialect");
    for dialect in ["sqlite", "postgres", "mysql"] {
        assert!(place.read(&path).contains(&format!("-- rev: downgrade dialect={dialect}\n")));
    }
    place.run("merge heads --template default").failed(2); // one head: nothing to merge
    place.run("upgrade head").succeeded();
    place.run("downgrade base").succeeded();
}

#[test]
fn a_template_of_the_folder_is_found_by_its_name_and_wins_over_a_built_in_one() {
    let place = Place::new("template = 'templates/revision.sql'\n");
    place.write("templates/revision.sql", MINE);
    place.write("templates/data.sql", MINE.replace("mine", "data"));
    place.write("templates/per-dialect.sql", MINE.replace("mine", "ours"));
    let check = |options: &str, line: &str| {
        let path = place.revision(&format!("-m x --head base --file {options}").replace(" --file", ""));
        assert!(place.read(&path).contains(&format!("-- rev: upgrade\n-- {line}\n")), "{}", place.read(&path));
    };
    check("--rev-id a", "mine");
    check("--rev-id b --template revision", "mine");
    check("--rev-id c --template data", "data");
    check("--rev-id d --template per-dialect", "ours");
    let output = place.run("merge a b --rev-id m --template data");
    assert!(place.read(output.succeeded().trim_end()).contains("-- data\n"));
}

#[test]
fn an_unknown_template_is_refused_with_the_nearest_and_all_there_are() {
    let place = Place::new("");
    place.write("templates/data.sql", MINE);
    let output = place.run("revision -m x --template per-dialec");
    let text = refused(&output, "unknown-template");
    assert!(
        text.contains("did you mean `per-dialect`? there are data, default, expand-contract, per-dialect"),
        "{text}"
    );
    refused(&place.run("revision -m x --template ../migrations"), "unknown-template");
    assert_eq!(place.files("versions"), Vec::<String>::new());
}

#[test]
fn a_project_begins_with_the_template_it_asks_for() {
    let place = Place::new("");
    place.run("init shop --template per-dialect").succeeded();
    assert!(place.read("shop/templates/revision.sql").contains("-- rev: upgrade dialect=postgres\n"));
    refused(&place.run("init other --template nope"), "unknown-template");
    assert!(!place.path().join("other").exists());
}

#[test]
fn the_templates_are_listed() {
    let place = Place::new("");
    let output = place.run("init new --list-templates");
    let names: Vec<&str> = output.succeeded().lines().map(|line| line.split("  ").next().unwrap()).collect();
    assert_eq!(names, ["default", "expand-contract", "per-dialect"]);
    let output = place.run("init --list-templates --json").json();
    assert_eq!(output["templates"][0]["name"], "default");
    assert!(!place.path().join("new").exists());
}
