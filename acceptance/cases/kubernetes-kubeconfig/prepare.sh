cat > credential <<'CREDENTIAL'
#!/bin/sh
echo run >> runs
printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"%s"}}' "$KUBERNETES_TOKEN"
CREDENTIAL
chmod +x credential
cat > kubeconfig <<CONFIG
apiVersion: v1
kind: Config
current-context: test
contexts:
  - name: test
    context: { cluster: test, user: test }
clusters:
  - name: test
    cluster:
      server: $TF_VAR_kubernetes_url
      certificate-authority: $TF_VAR_kubernetes_ca_file
users:
  - name: test
    user:
      exec:
        apiVersion: client.authentication.k8s.io/v1
        command: ./credential
CONFIG
