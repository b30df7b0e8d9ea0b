//! A time-stamp authority of a test's own, made with `openssl ts`.

#![allow(dead_code, reason = "each test file uses its own part of this")]
#![expect(
    clippy::disallowed_methods,
    reason = "a test may write to the temporary folder that it made and run the tools it names"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

const CONFIG: &str = "
[req]
distinguished_name = dn
prompt = no
[dn]
CN = Test TSA
O = Kakuu Shoten
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[stamper]
basicConstraints = CA:FALSE
extendedKeyUsage = critical, timeStamping
[tsa]
default_tsa = good
[good]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256
ess_cert_id_alg = sha256
";

/// A CA and an authority below it, both with keys over P-256.
pub(crate) struct Authority {
    folder: tempfile::TempDir,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let authority = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::write(authority.folder.path().join("openssl.cnf"), CONFIG).unwrap();
        authority.tool(
            "export OPENSSL_CONF=$PWD/openssl.cnf; echo 01 > serial; \
             for key in ca tsa; do openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out $key.key; done; \
             openssl req -x509 -new -key ca.key -subj '/CN=Test CA' -days 3 -extensions ca -out ca.pem && \
             openssl req -new -key tsa.key -out tsa.csr && \
             openssl x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -set_serial 77 -days 2 \
               -extfile openssl.cnf -extensions stamper -out tsa.pem",
        );
        authority
    }

    fn tool(&self, script: &str) {
        let run = Command::new("bash").arg("-c").arg(script).current_dir(self.folder.path()).output().unwrap();
        assert!(run.status.success(), "{script}\n{}", String::from_utf8_lossy(&run.stderr));
    }

    /// Its certificate.
    pub(crate) fn ca(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Answers a query.
    pub(crate) fn answer(&self, query: &Path, reply: &Path) {
        let (query, reply) = (query.display(), reply.display());
        let config = self.folder.path().join("openssl.cnf");
        self.tool(&format!("openssl ts -reply -config {} -queryfile {query} -out {reply}", config.display()));
    }
}
