#include "transport/tls_failure.hpp"

#include "protocol/text.hpp"

#include <algorithm>
#include <initializer_list>

namespace flotilla::transport {

namespace {

using protocol::errc;
using protocol::failure;

/// Values of OpenSSL's X509_V_ERR_…, which curl hands through.
enum verify_result : long {
  not_yet_valid = 9,
  expired = 10,
  self_signed = 18,
  self_signed_in_chain = 19,
  issuer_unknown = 20,
  cannot_verify_leaf = 21,
};

bool holds_any(std::string_view text, std::initializer_list<std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(), [&](std::string_view part) {
    return text.find(part) != std::string_view::npos;
  });
}

failure untrusted(const curl_target& target) {
  return {errc::usage,
          "the certificate of " + authority(target.url) + " is signed by nobody whom we trust",
          "name its authority with --ca-cert, or accept any certificate with "
          "--insecure-skip-tls-verify"};
}

failure outdated(const curl_target& target, const char* what) {
  return {errc::usage, "the certificate of " + authority(target.url) + ' ' + what,
          "renew it, or check this machine's clock; --insecure-skip-tls-verify goes on anyway"};
}

failure other_name(const curl_target& target) {
  return {errc::usage,
          "the certificate of " + authority(target.url) + " is for another host name than "
            + target.url.host,
          "use a name that the certificate holds, or accept it with --insecure-skip-tls-verify"};
}

failure not_verified(const curl_report& report, const curl_target& target) {
  switch (report.verify_result) {
    case self_signed:
    case self_signed_in_chain:
    case issuer_unknown:
    case cannot_verify_leaf: return untrusted(target);
    case expired: return outdated(target, "has expired");
    case not_yet_valid: return outdated(target, "is not valid yet");
    default: break;
  }
  if (holds_any(report.detail, {"subject name"}))
    return other_name(target);
  return {errc::usage,
          "the certificate of " + authority(target.url)
            + " cannot be trusted: " + protocol::printable(report.detail),
          "--insecure-skip-tls-verify goes on anyway"};
}

failure no_handshake(const curl_report& report, const curl_target& target) {
  if (holds_any(report.detail, {"wrong version number", "packet length too long",
                                "unknown protocol", "http request"}))
    return {errc::usage, authority(target.url) + " does not speak TLS",
            "if the registry speaks plain HTTP there, give --plain-http"};
  if (auto alert = explain_alert(report.detail, target))
    return *alert;
  // An authority of the right name and with another key ends so.
  if (holds_any(report.detail, {"asn1 encoding routines", "rsa routines", "certificate verify"}))
    return untrusted(target);
  if (holds_any(report.detail, {"protocol version", "unsupported protocol", "no shared cipher",
                                "no protocols available", "handshake failure"}))
    return {errc::usage, authority(target.url) + " refuses our TLS handshake",
            "it may speak nothing newer than TLS 1.1, or demand a client certificate: give "
            "--client-cert and --client-key"};
  return {errc::unavailable, "the TLS handshake with " + authority(target.url) + " broke off",
          "if the registry speaks plain HTTP there, give --plain-http"};
}

failure unusable_file(const char* role, const std::string& path) {
  return {errc::usage, "cannot use `" + protocol::printable(path) + "` as " + role,
          "it must be a readable PEM file"};
}

failure no_authorities(const curl_target& target) {
  if (!target.tls.ca_file.empty())
    return unusable_file("--ca-cert", target.tls.ca_file);
  return {errc::usage, "this system's list of certificate authorities cannot be read",
          "install ca-certificates, or name the registry's authority with --ca-cert"};
}

failure client_files(const curl_report& report, const curl_target& target) {
  const auto& tls = target.tls;
  if (!holds_any(report.detail, {"private key", "Private key"}))
    return unusable_file("client certificate", tls.client_cert);
  auto bad = unusable_file("key of the client certificate",
                           tls.client_key.empty() ? tls.client_cert : tls.client_key);
  bad.hint = "it must be a readable PEM file, hold the certificate's key, and need no password";
  return bad;
}

} // namespace

std::optional<failure> explain_alert(std::string_view detail, const curl_target& target) {
  if (!holds_any(detail,
                 {"alert certificate required", "alert bad certificate", "alert unknown ca",
                  "alert certificate unknown", "alert certificate expired",
                  "alert unsupported certificate", "alert access denied", "alert decrypt error"}))
    return std::nullopt;
  if (target.tls.client_cert.empty())
    return failure{errc::usage, authority(target.url) + " demands a client certificate",
                   "give --client-cert and --client-key"};
  return failure{errc::usage,
                 authority(target.url) + " does not accept the client certificate `"
                   + protocol::printable(target.tls.client_cert) + "`",
                 "ask the registry's operator which authority must sign it"};
}

std::string suspicion_of_client(const curl_target& target) {
  if (target.tls.client_cert.empty())
    return "if it demands a client certificate, give --client-cert and --client-key";
  return "perhaps it does not accept the client certificate";
}

std::optional<failure> explain_tls(const curl_report& report, const curl_target& target) {
  switch (report.code) {
    case CURLE_PEER_FAILED_VERIFICATION: return not_verified(report, target);
    case CURLE_SSL_CONNECT_ERROR: return no_handshake(report, target);
    case CURLE_SSL_CACERT_BADFILE: return no_authorities(target);
    case CURLE_SSL_CERTPROBLEM: return client_files(report, target);
    default: return std::nullopt;
  }
}

} // namespace flotilla::transport
