#include "app/fleet_tls.hpp"

#include "app/certificate.hpp"
#include "protocol/text.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <memory>

namespace flotilla::app {

using protocol::errc;
using protocol::failure;
using protocol::printable;

namespace {

constexpr std::time_t a_day = 86'400;
constexpr std::time_t soon = 30 * a_day;

const char* const make_all = "`flotilla certs init` and `flotilla certs issue` make all three";
const char* const issue = "`flotilla certs issue --dir DIR NAME` makes certificate and key";
const char* const renew = "`flotilla certs issue --dir DIR NAME --force` makes a new pair";
const char* const look_at_clock = "look at this machine's clock";

/// A failure with the flag before it.
failure about(const char* flag, failure why, const char* hint) {
  return {errc::usage, std::string{flag} + ": " + why.message, why.hint.empty() ? hint : why.hint};
}

failure about(const char* flag, std::string message, const char* hint) {
  return about(flag, failure{errc::usage, std::move(message), {}}, hint);
}

failure find_missing(const fleet_tls_files& files) {
  const struct {
    const char* flag;
    const std::string& value;
  } all[] = {{"--fleet-ca", files.ca}, {"--fleet-cert", files.cert}, {"--fleet-key", files.key}};
  for (const auto& one : all)
    if (one.value.empty())
      return {errc::usage,
              "--fleet-ca, --fleet-cert and --fleet-key go together, and " + std::string{one.flag}
                + " is missing",
              make_all};
  return {};
}

// ---- each file ---------------------------------------------------------------------------------

struct loaded {
  std::vector<certificate_ptr> authorities;
  std::vector<certificate_ptr> chain; ///< ours first
  key_ptr key;
};

failure load(const fleet_tls_files& files, loaded& into) {
  auto authorities = read_certificates(files.ca);
  if (!authorities)
    return about("--fleet-ca", authorities.error(), "`flotilla certs init --dir DIR` makes one");
  auto chain = read_certificates(files.cert);
  if (!chain)
    return about("--fleet-cert", chain.error(), issue);
  auto key = read_private_key(files.key);
  if (!key)
    return about("--fleet-key", key.error(), issue);
  into = {*std::move(authorities), *std::move(chain), *std::move(key)};
  return {};
}

failure check_roles(const fleet_tls_files& files, const loaded& all) {
  for (const auto& one : all.authorities)
    if (!is_authority(*one))
      return about("--fleet-ca",
                   printable(files.ca) + " holds a certificate that is no authority's",
                   "give the `ca.crt` that `flotilla certs init` made");
  if (is_authority(*all.chain.front()))
    return about("--fleet-cert", printable(files.cert) + " begins with an authority's certificate",
                 issue);
  if (!belong_together(*all.chain.front(), *all.key))
    return about("--fleet-key",
                 printable(files.key) + " is not the key of " + printable(files.cert),
                 "give the pair that one `flotilla certs issue` made");
  return {};
}

// ---- what the others of the fleet will think of it ---------------------------------------------

struct release {
  void operator()(X509_STORE* x) const noexcept {
    X509_STORE_free(x);
  }
  void operator()(X509_STORE_CTX* x) const noexcept {
    X509_STORE_CTX_free(x);
  }
  void operator()(SSL_CTX* x) const noexcept {
    SSL_CTX_free(x);
  }
  void operator()(STACK_OF(X509) * x) const noexcept {
    sk_X509_free(x); // the certificates are ours
  }
};
template <class T>
using ptr = std::unique_ptr<T, release>;

failure explain_time(const fleet_tls_files& files, bool ours, const X509& certificate,
                     std::time_t now) {
  const auto* flag = ours ? "--fleet-cert" : "--fleet-ca";
  const auto shown
    = ours ? "the certificate " + printable(files.cert) : "the authority of " + printable(files.ca);
  if (now < begin_of(certificate))
    return about(flag, shown + " begins only on " + utc(begin_of(certificate)), look_at_clock);
  return about(flag, shown + " ended on " + utc(end_of(certificate)), ours ? renew : make_all);
}

failure explain(const fleet_tls_files& files, X509_STORE_CTX& looked, std::time_t now) {
  const auto error = X509_STORE_CTX_get_error(&looked);
  const auto* at = X509_STORE_CTX_get_current_cert(&looked);
  const auto ours = X509_STORE_CTX_get_error_depth(&looked) == 0;
  const auto shown = printable(files.cert);
  switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      if (at != nullptr)
        return explain_time(files, ours, *at, now);
      break;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return about("--fleet-cert",
                   shown + " is not signed by an authority of " + printable(files.ca), issue);
    case X509_V_ERR_INVALID_PURPOSE:
      return about("--fleet-cert", shown + " is not for both sides of a connection", issue);
    default: break;
  }
  return about("--fleet-cert", shown + " would be refused: " + X509_verify_cert_error_string(error),
               issue);
}

/// A certificate of the chain that ends soon is worth a sentence, if this process is to stay.
void warn(const fleet_tls_files& files, X509_STORE_CTX& looked, std::time_t now,
          std::vector<std::string>& warnings) {
  const auto* chain = X509_STORE_CTX_get0_chain(&looked);
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    const auto end = end_of(*sk_X509_value(chain, i));
    if (end - now >= soon)
      continue;
    const auto shown = i == 0 ? "the certificate " + printable(files.cert)
                              : "the authority of " + printable(files.ca);
    warnings.push_back(shown + " ends on " + utc(end) + ": " + (i == 0 ? renew : make_all));
  }
}

/// @param side `ssl_server` or `ssl_client`: what the other side takes us for
/// @param strength of keys and digests, which this machine's OpenSSL is set to ask for
failure look(const fleet_tls_files& files, const loaded& all, const char* side, int strength,
             std::time_t now, std::vector<std::string>& warnings) {
  const ptr<X509_STORE> store{X509_STORE_new()};
  const ptr<STACK_OF(X509)> between{sk_X509_new_null()};
  const ptr<X509_STORE_CTX> looked{X509_STORE_CTX_new()};
  auto well = store && between && looked;
  for (const auto& one : all.authorities)
    well = well && X509_STORE_add_cert(store.get(), one.get()) == 1;
  for (const auto& one : all.chain)
    well = well && sk_X509_push(between.get(), one.get()) > 0;
  well
    = well
      && X509_STORE_CTX_init(looked.get(), store.get(), all.chain.front().get(), between.get()) == 1
      && X509_STORE_CTX_set_default(looked.get(), side) == 1;
  if (!well)
    return {errc::internal, "OpenSSL cannot look at a certificate: " + openssl_reason(), {}};
  auto* rules = X509_STORE_CTX_get0_param(looked.get());
  X509_VERIFY_PARAM_set_time(rules, now);
  X509_VERIFY_PARAM_set_auth_level(rules, strength);
  const auto good = X509_verify_cert(looked.get()) == 1;
  ERR_clear_error();
  if (!good)
    return explain(files, *looked, now);
  warnings.clear(); // they are the same for both sides
  warn(files, *looked, now, warnings);
  return {};
}

/// The calls that CAF makes for each connection.
failure load_as_a_connection_does(const fleet_tls_files& files, SSL_CTX& connection) {
  const auto refused = [](const char* flag, const std::string& file) {
    return about(flag, "TLS cannot use " + printable(file) + ": " + openssl_reason(), issue);
  };
  if (SSL_CTX_use_certificate_chain_file(&connection, files.cert.c_str()) != 1)
    return refused("--fleet-cert", files.cert);
  if (SSL_CTX_use_PrivateKey_file(&connection, files.key.c_str(), SSL_FILETYPE_PEM) != 1)
    return refused("--fleet-key", files.key);
  if (SSL_CTX_load_verify_locations(&connection, files.ca.c_str(), nullptr) != 1)
    return refused("--fleet-ca", files.ca);
  return {};
}

failure check_trust(const fleet_tls_files& files, const loaded& all, std::time_t now,
                    std::vector<std::string>& warnings) {
  const ptr<SSL_CTX> connection{SSL_CTX_new(TLS_method())};
  if (!connection)
    return {errc::internal, "OpenSSL has no TLS: " + openssl_reason(), {}};
  const auto strength = SSL_CTX_get_security_level(connection.get());
  for (const auto* side : {"ssl_server", "ssl_client"})
    if (auto bad = look(files, all, side, strength, now, warnings); bad.code != errc::none)
      return bad;
  return load_as_a_connection_does(files, *connection);
}

} // namespace

protocol::result<fleet_tls_report> check_fleet_tls(const fleet_tls_files& files, std::time_t now) {
  fleet_tls_report report;
  if (!files.any())
    return report;
  if (auto bad = find_missing(files); bad.code != errc::none)
    return bad;
  loaded all;
  if (auto bad = load(files, all); bad.code != errc::none)
    return bad;
  if (auto bad = check_roles(files, all); bad.code != errc::none)
    return bad;
  if (auto bad = check_trust(files, all, now, report.warnings); bad.code != errc::none)
    return bad;
  report.name = common_name(*all.chain.front());
  report.until = end_of(*all.chain.front());
  return report;
}

} // namespace flotilla::app
