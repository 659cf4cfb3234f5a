//! The `rev` command.

fn main() {}
