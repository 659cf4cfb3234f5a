//! Connection service files: what a name stands for that `service=` or `PGSERVICE` gives.

use std::path::PathBuf;

use crate::config::environment::Environment;
use crate::config::url::parameters::Given;
use crate::config::url::parameters::PARAMETERS;
use crate::regular_file;

/// Where PostgreSQL's packages look for the system's file when `PGSYSCONFDIR` is not set.
const SYSTEM_FOLDERS: [&str; 2] = ["/etc/postgresql-common", "/etc"];

/// Fills the gaps with the parameters of a service, which must exist.
pub(super) fn fill(given: &mut Given, environment: &Environment) -> Result<(), String> {
    let named = given.get("service").map(str::to_owned);
    let Some(name) = named.or_else(|| environment.get_filled("PGSERVICE").map(str::to_owned)) else { return Ok(()) };
    let own = given.get("servicefile").or_else(|| environment.get_filled("PGSERVICEFILE")).map(PathBuf::from);
    let mut files = Vec::new();
    files.extend(own.clone().or_else(|| Some(environment.home()?.join(".pg_service.conf"))));
    match environment.get_filled("PGSYSCONFDIR") {
        Some(folder) => files.push(PathBuf::from(folder).join("pg_service.conf")),
        None if environment.is_process() => {
            files.extend(SYSTEM_FOLDERS.map(|folder| PathBuf::from(folder).join("pg_service.conf")));
        }
        None => {}
    }
    for file in files {
        let is_own = own.as_ref() == Some(&file);
        let text = match regular_file::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if is_own => return Err(format!("its service file {} cannot be read: {error}", file.display())),
            Err(_) => continue,
        };
        let settings = service(&text, &name).map_err(|reason| format!("{}: {reason}", file.display()))?;
        if let Some(settings) = settings {
            let origin = format!("service `{name}`");
            settings.into_iter().for_each(|(name, value)| given.fill(name, value, &origin));
            return Ok(());
        }
    }
    Err(format!("no service file has its service `{name}`; set PGSERVICEFILE, or write ~/.pg_service.conf"))
}

/// Returns the parameters of the service `name`, if the file has it. Values are not shown: they hold passwords.
fn service(text: &str, name: &str) -> Result<Option<Vec<(&'static str, String)>>, String> {
    let mut found: Option<Vec<(&'static str, String)>> = None;
    for (number, line) in text.lines().enumerate().map(|(at, line)| (at + 1, line.trim())) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line.starts_with('[') {
            if found.is_some() {
                break;
            }
            if line.strip_prefix('[').and_then(|rest| rest.split(']').next()) == Some(name) {
                found = Some(Vec::new());
            }
            continue;
        }
        let Some(settings) = &mut found else { continue };
        if line.starts_with("ldap:") || line.starts_with("ldaps:") {
            return Err(format!("line {number} asks a directory, which rev does not"));
        }
        let Some((key, value)) = line.split_once('=') else { return Err(format!("line {number} has no `=`")) };
        let known = PARAMETERS.iter().find(|known| known.name == key && !key.starts_with("service"));
        let Some(known) = known else { return Err(format!("line {number} sets no parameter of a connection")) };
        if !settings.iter().any(|(name, _)| *name == known.name) {
            settings.push((known.name, value.to_owned()));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# c\n[a]\nhost=h\n\n  port=7\n[b]\nhost=i\nhost=j\npassword=p=q\n[bad]\nx=1\n[ldap]\nldap://h/x\n[bare]\ns3cret\n";

    fn check(name: &str, expected: Option<&[(&str, &str)]>) {
        let expected = expected.map(|pairs| pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect());
        assert_eq!(service(FILE, name), Ok(expected));
    }

    #[test]
    fn a_service_is_a_section() {
        check("a", Some(&[("host", "h"), ("port", "7")]));
        check("b", Some(&[("host", "i"), ("password", "p=q")]));
        check("c", None);
    }

    #[test]
    fn what_is_not_understood_is_refused_and_not_shown() {
        for name in ["bad", "ldap", "bare"] {
            let message = service(FILE, name).unwrap_err();
            assert!(message.starts_with("line ") && !message.contains("s3cret"), "{message}");
        }
    }

    #[test]
    fn the_users_file_comes_first_and_a_service_must_exist() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        std::fs::write(path(".pg_service.conf"), "[a]\nhost=own\n").unwrap();
        std::fs::write(path("pg_service.conf"), "[a]\nhost=system\n[b]\nhost=system\n").unwrap();
        let environment = Environment::from_iter([("HOME", path("")), ("PGSYSCONFDIR", path(""))]);
        let host = |name: &str, environment: &Environment| {
            let mut given = Given::of_url([("service", name.to_owned())].into());
            fill(&mut given, environment).map(|()| given.get("host").map(str::to_owned))
        };
        assert_eq!(host("a", &environment), Ok(Some("own".to_owned())));
        assert_eq!(host("b", &environment), Ok(Some("system".to_owned())));
        assert!(host("c", &environment).unwrap_err().contains("no service file has its service `c`"));
        let missing = Environment::from_iter([("PGSERVICEFILE", path("none"))]);
        assert!(host("a", &missing).unwrap_err().contains("cannot be read"));
    }
}
