use std::fs;

use portcullis_plugin_host::SecretSource;

use super::{Duration, Identity, Kubeconfig, Path, STANDARD, Terms};
use base64::Engine as _;

/// Words, as HCL has them.
fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

fn file(user: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: prod\npreferences: {{}}\n\
         contexts:\n- name: prod\n  context:\n    cluster: prod\n    user: me\n    namespace: infer\n\
         - context: {{cluster: gone, user: me}}\n  name: lost\n\
         clusters:\n- name: prod\n  cluster:\n    server: https://10.0.0.1:6443\n    certificate-authority-data: {}\n\
         users:\n- name: me\n  user:\n{user}\n",
        STANDARD.encode("authority")
    )
}

fn identity_in(text: &str, context: Option<&str>, command: &[&str]) -> Result<Identity, String> {
    let (command, inherit) = (words(command), words(&["AWS_PROFILE"]));
    let terms = Terms {
        context,
        command: Some(&command),
        inherit: &inherit,
        limit: Duration::from_secs(5),
    };
    Kubeconfig::parse(text)?.identity(&terms, Path::new("/home/me/.kube"))
}

fn identity(user: &str) -> Result<Identity, String> {
    identity_in(&file(user), None, &["aws", "eks"])
}

#[test]
fn a_token_is_in_the_file_or_in_one_that_it_names() {
    let found = identity("    token: s3cr3t-token").unwrap();
    assert_eq!(found.server, "https://10.0.0.1:6443");
    assert_eq!(found.authority.as_deref(), Some("authority"));
    let Some(SecretSource::Value(token)) = found.token else {
        panic!("no token")
    };
    assert_eq!(token.expose(), "s3cr3t-token");
    let found = identity("    token: s3cr3t-token\n    tokenFile: token").unwrap();
    let Some(SecretSource::File(path)) = found.token else {
        panic!("no file")
    };
    assert_eq!(path, Path::new("/home/me/.kube/token"));
}

#[test]
fn a_certificate_comes_with_its_key() {
    let data = |text: &str| STANDARD.encode(text);
    let both = format!(
        "    client-certificate-data: {}\n    client-key-data: {}",
        data("certificate"),
        data("key")
    );
    let found = identity(&both).unwrap();
    let (certificate, key) = found.certificate.unwrap();
    assert_eq!((certificate.as_str(), key.expose()), ("certificate", "key"));
    assert!(found.token.is_none());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.pem");
    fs::write(&path, "key of a file").unwrap();
    let mixed = format!(
        "    client-certificate-data: {}\n    client-key: {}",
        data("certificate"),
        path.display()
    );
    let (_, key) = identity(&mixed).unwrap().certificate.unwrap();
    assert_eq!(key.expose(), "key of a file");
}

#[test]
fn a_credential_plugin_is_the_one_that_was_allowed() {
    let user = "    exec:\n      apiVersion: client.authentication.k8s.io/v1beta1\n      command: aws\n      \
                args: [eks, get-token, --cluster-name, prod]\n      env: [{name: AWS_REGION, value: eu-1}]\n      \
                provideClusterInfo: true\n      interactiveMode: Never";
    let found = identity(user).unwrap();
    let Some(SecretSource::Command(command)) = found.token else {
        panic!("no command")
    };
    assert_eq!(
        command.words,
        words(&["aws", "eks", "get-token", "--cluster-name", "prod"])
    );
    assert_eq!(command.environment["AWS_REGION"], "eu-1");
    assert_eq!(command.inherit, ["AWS_PROFILE"]);
    assert_eq!(
        command.exec_info["apiVersion"],
        "client.authentication.k8s.io/v1beta1"
    );
    assert_eq!(command.exec_info["spec"]["interactive"], false);
    assert_eq!(
        command.exec_info["spec"]["cluster"]["server"],
        "https://10.0.0.1:6443"
    );
    for allowed in [&["gke-gcloud-auth-plugin"][..], &["aws", "s3"], &[]] {
        let refused = identity_in(&file(user), None, allowed).unwrap_err();
        assert!(
            refused.contains("has the credential plugin `aws`"),
            "{refused}"
        );
    }
    let relative = identity_in(&file("    exec: {command: bin/get}"), None, &["bin/get"]).unwrap();
    let Some(SecretSource::Command(command)) = relative.token else {
        panic!("no command")
    };
    assert_eq!(command.words, ["/home/me/.kube/bin/get"]);
}

#[test]
fn what_is_not_supported_is_named_and_no_secret_is_quoted() {
    let gone = identity_in(&file("    token: s3cr3t-token"), Some("lost"), &[]).unwrap_err();
    assert_eq!(gone, "it has no cluster `gone` among `prod`");
    let none = identity_in(&file("    token: s3cr3t-token"), Some("dev"), &[]).unwrap_err();
    assert_eq!(none, "it has no context `dev` among `prod`, `lost`");
    for (user, expected) in [
        ("    username: me\n    password: s3cr3t-word", "a password"),
        ("    auth-provider: {name: gcp}", "`auth-provider`"),
        (
            "    client-key-data: czNjcjN0",
            "one of client certificate and key alone",
        ),
        (
            "    client-certificate-data: '%'\n    client-key-data: czNjcjN0",
            "no base64",
        ),
        ("    client-certificate: /no/such/file", "No such file"),
        ("    token: [s3cr3t-token]", "no kubeconfig"),
        ("    token: \"s3cr3t-token", "no kubeconfig"),
    ] {
        let problem = identity(user).unwrap_err();
        assert!(problem.contains(expected), "{expected} is not in {problem}");
        assert!(
            !problem.contains("s3cr3t") && !problem.contains("czNjcjN0"),
            "{problem}"
        );
    }
    let insecure = file("    token: s3cr3t-token").replace(
        "    server:",
        "    insecure-skip-tls-verify: true\n    server:",
    );
    let problem = identity_in(&insecure, None, &[]).unwrap_err();
    assert!(
        problem.contains("certificates are always verified"),
        "{problem}"
    );
    for text in ["", "[]", "a: &a [*a]", "\u{0}", "current-context: prod"] {
        assert!(identity_in(text, None, &[]).is_err(), "{text:?}");
    }
}
