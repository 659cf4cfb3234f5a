//! The users and groups of this machine, as its files tell of them.

use std::fs;
use std::process::Command;
use std::process::Stdio;
use std::sync::OnceLock;

/// What `/etc/passwd` and `/etc/group` say.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    users: Vec<User>,
    groups: Vec<Group>,
}

#[derive(Debug)]
struct User {
    name: String,
    id: u32,
    group: u32,
    home: String,
}

#[derive(Debug)]
struct Group {
    id: u32,
    members: Vec<String>,
}

impl Accounts {
    /// Reads them, once; they may be incomplete where users come from a directory service.
    pub(super) fn read() -> &'static Self {
        static ACCOUNTS: OnceLock<Accounts> = OnceLock::new();
        ACCOUNTS.get_or_init(|| {
            let read =
                |path| fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
            Self::parse(&read("/etc/passwd"), &read("/etc/group"))
        })
    }

    fn parse(passwd: &str, group: &str) -> Self {
        let user = |line: &str| {
            let fields: Vec<&str> = line.split(':').collect();
            let [name, _, id, group, _, home, ..] = fields.as_slice() else { return None };
            let (id, group) = (id.parse().ok()?, group.parse().ok()?);
            Some(User { name: (*name).to_owned(), id, group, home: (*home).to_owned() })
        };
        let group_of = |line: &str| {
            let fields: Vec<&str> = line.split(':').collect();
            let [_, _, id, members, ..] = fields.as_slice() else { return None };
            let members = members.split(',').filter(|name| !name.is_empty()).map(|name| name.trim().to_owned());
            Some(Group { id: id.parse().ok()?, members: members.collect() })
        };
        Self { users: passwd.lines().filter_map(user).collect(), groups: group.lines().filter_map(group_of).collect() }
    }

    /// Returns whether nobody but the `trusted` users is in a group, as in the group that many systems give to each
    /// user; `owner` is who has the file. A group that is not known here is private if its number is the owner's.
    pub(super) fn is_private(&self, group: u32, owner: u32, trusted: &[u32]) -> bool {
        let id_of = |name: &String| self.users.iter().find(|user| user.name == *name).map(|user| user.id);
        let named = self.groups.iter().filter(|known| known.id == group).collect::<Vec<_>>();
        let primary = self.users.iter().filter(|user| user.group == group).map(|user| Some(user.id));
        let members = named.iter().flat_map(|group| group.members.iter().map(id_of)).chain(primary).collect::<Vec<_>>();
        if named.is_empty() && members.is_empty() {
            return group == 0 || group == owner;
        }
        members.iter().all(|member| member.is_some_and(|id| trusted.contains(&id)))
    }

    fn name(&self, id: u32) -> Option<&str> {
        self.users.iter().find(|user| user.id == id).map(|user| user.name.as_str())
    }

    /// Returns the name of a user, or the number of one that no file has, as containers run programs.
    #[cfg(unix)]
    fn account(&self, id: u32) -> String {
        self.name(id).filter(|name| !name.is_empty()).map_or_else(|| format!("uid {id}"), str::to_owned)
    }

    fn home(&self, id: u32) -> Option<&str> {
        self.users.iter().find(|user| user.id == id).map(|user| user.home.as_str()).filter(|home| !home.is_empty())
    }
}

/// Returns the name of the user that this process runs as, also where no variable tells it: the servers' own programs
/// log in as that one.
#[cfg(unix)]
pub fn system_user() -> Option<&'static str> {
    static NAME: OnceLock<Option<String>> = OnceLock::new();
    let name = NAME.get_or_init(|| {
        let id = rustix::process::geteuid().as_raw();
        Accounts::read().name(id).map(str::to_owned).or_else(|| {
            // Users of a directory service are in no file.
            let output = Command::new("id").arg("-un").stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
            let name = String::from_utf8(output.stdout).ok()?.trim().to_owned();
            Some(name).filter(|name| output.status.success() && !name.is_empty())
        })
    });
    name.as_deref()
}

/// Returns who this process runs as, for the history: the name in the machine's files, or else the number.
#[cfg(unix)]
pub(super) fn own_account() -> Option<String> {
    let id = rustix::process::geteuid().as_raw();
    Some(Accounts::read().account(id))
}

#[cfg(not(unix))]
pub(super) fn own_account() -> Option<String> {
    system_user().map(str::to_owned)
}

/// Returns the home folder that the system knows for the user of this process.
#[cfg(unix)]
pub(super) fn system_home() -> Option<&'static str> {
    Accounts::read().home(rustix::process::geteuid().as_raw())
}

/// Returns the name of the user that this process runs as.
#[cfg(not(unix))]
pub fn system_user() -> Option<&'static str> {
    static NAME: OnceLock<Option<String>> = OnceLock::new();
    NAME.get_or_init(|| std::env::var("USERNAME").ok().filter(|name| !name.is_empty())).as_deref()
}

#[cfg(not(unix))]
pub(super) fn system_home() -> Option<&'static str> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str =
        "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/h/ann:\nbob:x:1001:100::/:\ncy:x:1002:100::/:\nbroken\n";
    const GROUP: &str =
        "root:x:0:\nann:x:1000:\nusers:x:100:\ndev:x:50:ann,bob\nown:x:60:ann\nlost:x:70:gone\nstaff:x:80:\n";

    fn check(group: u32, owner: u32, is_private: bool) {
        assert_eq!(Accounts::parse(PASSWD, GROUP).is_private(group, owner, &[1000, 0]), is_private, "{group}");
    }

    #[test]
    fn a_group_without_others_is_private() {
        check(1000, 1000, true);
        check(60, 1000, true);
        check(80, 0, true);
        check(0, 0, true);
    }

    #[test]
    fn a_group_with_others_is_not() {
        check(100, 1000, false);
        check(50, 1000, false);
        check(70, 1000, false);
    }

    #[test]
    fn a_group_that_is_in_no_file_is_private_if_it_has_the_number_of_its_user() {
        check(4000, 4000, true);
        check(4000, 1000, false);
    }

    #[test]
    fn users_are_known_by_their_number() {
        let accounts = Accounts::parse(PASSWD, GROUP);
        assert_eq!((accounts.name(1001), accounts.name(7), accounts.home(1000)), (Some("bob"), None, Some("/h/ann")));
    }
}
