//! The pages and the widget's script.

use axum::http::{StatusCode, header};

use crate::support::World;

#[tokio::test]
async fn every_page_of_the_dashboard_is_the_same_and_strict() {
    let world = World::new().await;
    for path in [
        "/dashboard",
        "/dashboard/",
        "/dashboard/settings/x",
        "/setup",
        "/join",
        "/signin",
    ] {
        let page = world.ask("GET", path).send().await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert_eq!(
            page.headers[header::CONTENT_TYPE],
            "text/html; charset=utf-8"
        );
        let policy = page.headers[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap();
        assert!(
            policy.contains("frame-ancestors 'none'") && policy.contains("script-src 'self'"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(page.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert!(
            !page.text.contains("<style") && !page.text.contains("onload="),
            "{path}"
        );
        // Every script is a file.
        assert_eq!(
            page.text.matches("<script").count(),
            page.text.matches("src=\"/ui/").count(),
            "{}",
            page.text
        );
    }
}

#[tokio::test]
async fn the_widget_loads_on_any_site_and_only_when_it_changed() {
    let world = World::new().await;
    let script = world.ask("GET", "/widget.js").send().await;
    assert_eq!(script.status, StatusCode::OK);
    assert_eq!(
        script.headers[header::CONTENT_TYPE],
        "text/javascript; charset=utf-8"
    );
    assert_eq!(script.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    let tag = script.headers[header::ETAG].to_str().unwrap().to_owned();
    let again = world
        .ask("GET", "/widget.js")
        .header("if-none-match", &tag)
        .send()
        .await;
    assert_eq!(
        (again.status, again.text.as_str()),
        (StatusCode::NOT_MODIFIED, "")
    );
    let changed = world
        .ask("GET", "/widget.js")
        .header("if-none-match", "\"other\"")
        .send()
        .await;
    assert_eq!(changed.status, StatusCode::OK);
}

#[tokio::test]
async fn nothing_but_built_files_is_served() {
    let world = World::new().await;
    for path in [
        "/ui/nope.js",
        "/ui/..%2f..%2fCargo.toml",
        "/ui/%2e%2e/package.json",
        "/ui/..%252fpackage.json",
        "/ui/%00",
        "/ui/",
    ] {
        assert_eq!(
            world.ask("GET", path).send().await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}
