use super::*;

fn shown(page: &Post) -> (String, String) {
    (page.render().unwrap(), headers::content_policy(page.forms(), page.script()))
}

#[test]
fn a_form_for_elsewhere_is_escaped_and_goes_to_the_web_only() {
    let url = PublicUrl::parse("https://acme.test/sso").unwrap();
    let hostile = "\"><script>alert(1)</script>";
    let fields = vec![("RelayState".to_owned(), hostile.to_owned())];
    let action = format!("https://idp.example/sso?x={hostile}&y=1");
    let (html, policy) = shown(&Post::new(&url, action, fields));
    assert!(!html.contains("<script>") && !html.contains("\"><script"), "{html}");
    assert!(html.contains("<button type=\"submit\">"));
    assert!(html.contains("<strong>idp.example</strong>"));
    assert!(html.contains("src=\"/sso/assets/post.js?v="));
    assert!(policy.ends_with("script-src 'self'; form-action https:"), "{policy}");
    let local = Post::new(&url, "http://localhost:7000/cb".to_owned(), Vec::new());
    assert!(shown(&local).1.ends_with("form-action https: http:"));
}

#[test]
fn only_forms_that_lead_away_are_without_a_list() {
    for (forms, listed) in [(Forms::Stay, true), (Forms::Leave, false)] {
        let policy = headers::content_policy(forms, false);
        assert_eq!(policy.contains("form-action 'self'"), listed);
        assert!(!policy.contains("script-src"));
    }
}
