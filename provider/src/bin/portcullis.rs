//! The CLI. The same program as the provider: it serves when Terraform starts it.

fn main() -> std::process::ExitCode {
    portcullis::main()
}
