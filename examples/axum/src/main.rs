//! A web service that brings its database to the head when it starts, and says at `/health` how it stands.
//!
//! `DATABASE_URL` says which database it is, and `LISTEN` where it listens (127.0.0.1:8080).

use std::env;
use std::error::Error;
use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use rev::Project;
use rev::config::Config;
use rev::watch;
use rev::watch::Status;
use serde_json::Value;
use serde_json::json;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::var("DATABASE_URL").unwrap_or_else(|_| "sqlite:notes.db".to_owned());
    let report = rev::upgrade(rev::embedded!(), &url).await?;
    println!("{} revisions were applied; the database is at {}", report.steps.len(), report.to);

    let project = Project::embedded(rev::embedded!(), Config::of_url(&url)?)?;
    let service = Router::new().route("/health", get(health)).with_state(Arc::new(project));
    let listener = TcpListener::bind(env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:8080".to_owned())).await?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, service).await?;
    Ok(())
}

/// Asks the database, with SELECTs only.
async fn health(State(project): State<Arc<Project>>) -> (StatusCode, Json<Value>) {
    match status(&project).await {
        Ok(status) => {
            let is_healthy = status.state == watch::State::UpToDate;
            let checks = json!({
                "status": status.state, "applied": status.applied, "pending": status.pending.len(),
                "current": status.current, "heads": status.heads,
            });
            answer(is_healthy, checks)
        }
        // The reason may name hosts and users, so it is for the log and not for whoever asks.
        Err(error) => {
            eprintln!("{error}");
            answer(false, json!({"status": "unreachable"}))
        }
    }
}

async fn status(project: &Project) -> Result<Status, rev::Error> {
    let session = project.open().await?;
    let status = project.status(&session);
    session.close().await;
    Ok(status?)
}

fn answer(is_healthy: bool, migrations: Value) -> (StatusCode, Json<Value>) {
    let (code, status) =
        if is_healthy { (StatusCode::OK, "healthy") } else { (StatusCode::SERVICE_UNAVAILABLE, "unhealthy") };
    (code, Json(json!({"status": status, "checks": {"migrations": migrations}})))
}
