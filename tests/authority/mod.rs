//! A time-stamp authority of our own, made with `openssl ts`, for tests.

#![allow(dead_code, reason = "each test file uses its own part of this")]

use std::fs;
use std::path::{Path, PathBuf};

use crate::real::tool;

/// A CA, and an authority below it.
pub(crate) struct Authority {
    folder: tempfile::TempDir,
}

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
[narrow]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
nameConstraints = critical, permitted;DNS:example.jp
[last]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign
[stamper]
basicConstraints = CA:FALSE
extendedKeyUsage = critical, timeStamping
[web]
basicConstraints = CA:FALSE
extendedKeyUsage = critical, serverAuth
[both]
extendedKeyUsage = critical, timeStamping, serverAuth
[meekly]
extendedKeyUsage = timeStamping
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
[old]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha512
default_policy = 1.3.6.1.4.1.99999.2
digests = sha256
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_alg = sha1
[refusing]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha512
";

pub(crate) const RSA: &str = "RSA -pkeyopt rsa_keygen_bits:2048";
pub(crate) const P256: &str = "EC -pkeyopt ec_paramgen_curve:P-256";
pub(crate) const P384: &str = "EC -pkeyopt ec_paramgen_curve:P-384";
/// A kind of key that hozen does not know.
pub(crate) const P521: &str = "EC -pkeyopt ec_paramgen_curve:P-521";

impl Authority {
    pub(crate) fn new(key: &str) -> Self {
        Self::certified(key, "stamper")
    }

    /// An authority whose certificate is for something.
    pub(crate) fn certified(key: &str, use_for: &str) -> Self {
        let authority = Self { folder: tempfile::tempdir().unwrap() };
        fs::write(authority.folder.path().join("openssl.cnf"), CONFIG).unwrap();
        authority.tool(&format!(
            "export OPENSSL_CONF=$PWD/openssl.cnf; echo 01 > serial; \
             openssl genpkey -algorithm {P256} -out ca.key; openssl genpkey -algorithm {key} -out tsa.key; \
             openssl req -x509 -new -key ca.key -subj '/CN=Test CA' -days 3 -extensions ca -out ca.pem && \
             openssl req -new -key tsa.key -out tsa.csr && \
             openssl x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -set_serial 77 -days 2 \
               -extfile openssl.cnf -extensions {use_for} -out tsa.pem"
        ));
        authority
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn tool(&self, script: &str) -> String {
        tool(self.folder.path(), script)
    }

    pub(crate) fn ca(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// What the authority answers to a query.
    pub(crate) fn reply(&self, section: &str, query: &[u8]) -> Vec<u8> {
        fs::write(self.folder.path().join("q.tsq"), query).unwrap();
        self.tool(&format!("openssl ts -reply -config openssl.cnf -section {section} -queryfile q.tsq -out r.tsr"));
        fs::read(self.folder.path().join("r.tsr")).unwrap()
    }

    /// Answers the query in a file into another.
    pub(crate) fn answer(&self, query: &Path, reply: &Path) {
        fs::write(reply, self.reply("good", &fs::read(query).unwrap())).unwrap();
    }
}
