#pragma once

#include "tests/support/temp_dir.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

namespace flotilla::test {

/// A certificate authority within this process, for certificates that a program would not make in
/// one call: expired ones, keys with a password. Its files live as long as it does.
class certificates {
public:
  /// PEM files.
  struct pair {
    std::string certificate;
    std::string key;
  };
  struct wish {
    std::string names = "DNS:localhost,IP:127.0.0.1"; ///< in OpenSSL's form
    long from = -3600;                                ///< seconds from now
    long until = 86'400;                              ///< seconds from now
    std::string key_password;                         ///< empty: none
  };

  certificates() : key_(new_key()) {
    certificate_ = make("Test Authority", *key_, {});
    write_certificate(authority(), *certificate_);
  }

  /// The authority's own certificate: what the other side must trust.
  std::string authority() const {
    return folder_ / "authority.pem";
  }
  /// A certificate for a server or a client, and its key.
  pair issue() {
    return issue(wish{});
  }
  pair issue(const wish& what) {
    const auto stem = folder_ / std::to_string(++issued_);
    const auto key = new_key();
    write_certificate(stem + ".pem", *make("somebody", *key, what));
    write_key(stem + ".key", *key, what.key_password);
    return {stem + ".pem", stem + ".key"};
  }

private:
  struct release {
    void operator()(EVP_PKEY* x) const {
      EVP_PKEY_free(x);
    }
    void operator()(X509* x) const {
      X509_free(x);
    }
    void operator()(X509_EXTENSION* x) const {
      X509_EXTENSION_free(x);
    }
  };
  using key_ptr = std::unique_ptr<EVP_PKEY, release>;
  using certificate_ptr = std::unique_ptr<X509, release>;

  static key_ptr new_key() {
    return key_ptr{EVP_EC_gen("P-256")};
  }
  static void set_name(X509_NAME* name, const char* text) {
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(text), -1, -1, 0);
  }
  static void add(X509& to, X509* issuer, int kind, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, &to, nullptr, nullptr, 0);
    const std::unique_ptr<X509_EXTENSION, release> extension{
      X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str())};
    if (!extension || X509_add_ext(&to, extension.get(), -1) != 1)
      throw std::runtime_error{"OpenSSL takes no extension " + value};
  }

  /// The authority signs itself as long as it has no certificate.
  certificate_ptr make(const char* subject, EVP_PKEY& key, const wish& what) {
    certificate_ptr made{X509_new()};
    X509_set_version(made.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), ++serial_);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), what.from);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), what.until);
    X509_set_pubkey(made.get(), &key);
    set_name(X509_get_subject_name(made.get()), subject);
    auto* issuer = certificate_ ? certificate_.get() : made.get();
    X509_set_issuer_name(made.get(), X509_get_subject_name(issuer));
    if (certificate_)
      add(*made, issuer, NID_subject_alt_name, what.names);
    else
      add(*made, issuer, NID_basic_constraints, "critical,CA:TRUE");
    if (X509_sign(made.get(), key_.get(), EVP_sha256()) == 0)
      throw std::runtime_error{"OpenSSL does not sign"};
    return made;
  }

  struct closing {
    void operator()(std::FILE* x) const {
      std::fclose(x);
    }
  };
  static void write_certificate(const std::string& path, X509& certificate) {
    const std::unique_ptr<std::FILE, closing> file{std::fopen(path.c_str(), "w")};
    PEM_write_X509(file.get(), &certificate);
  }
  static void write_key(const std::string& path, EVP_PKEY& key, const std::string& password) {
    const std::unique_ptr<std::FILE, closing> file{std::fopen(path.c_str(), "w")};
    const auto* cipher = password.empty() ? nullptr : EVP_aes_256_cbc();
    PEM_write_PrivateKey(file.get(), &key, cipher,
                         reinterpret_cast<const unsigned char*>(password.data()),
                         static_cast<int>(password.size()), nullptr, nullptr);
  }

  temp_dir folder_;
  int issued_ = 0;
  long serial_ = 0;
  key_ptr key_;
  certificate_ptr certificate_;
};

} // namespace flotilla::test
