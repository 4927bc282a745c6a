#pragma once

#include "tests/support/certificates.hpp"
#include "tests/support/process.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace flotilla::test {

/// A fleet's authority and what it signs, expired certificates among it, which Flotilla does not
/// make.
class papers {
public:
  certificates::pair issue() {
    return kept(authority_.issue());
  }
  /// A certificate that was good until an hour ago.
  certificates::pair issue_expired() {
    certificates::wish past;
    past.from = -7200;
    past.until = -3600;
    return kept(authority_.issue(past));
  }
  std::string authority() const {
    return authority_.authority();
  }
  /// As Flotilla takes them.
  std::vector<std::string> flags(const certificates::pair& mine) const {
    return {"--fleet-ca", authority(), "--fleet-cert", mine.certificate, "--fleet-key", mine.key};
  }
  std::vector<std::string> flags() {
    return flags(issue());
  }

private:
  /// Flotilla takes no key that others may read.
  static certificates::pair kept(certificates::pair made) {
    using std::filesystem::perms;
    std::filesystem::permissions(made.key, perms::owner_read | perms::owner_write);
    return made;
  }

  certificates authority_;
};

/// OpenSSL's own flags for a certificate.
inline std::vector<std::string> openssl_flags(const certificates::pair& mine) {
  return {"-cert", mine.certificate, "-key", mine.key};
}

/// A TLS client that shows whatever certificate it is given, sends `input`, waits until the other
/// side hangs up, and says what it was told.
inline command tls_client(const std::string& place, std::vector<std::string> more,
                          std::string input = {}) {
  command order;
  order.args = {"openssl", "s_client", "-quiet", "-connect", place};
  order.args.insert(order.args.end(), more.begin(), more.end());
  order.input = std::move(input);
  return order;
}

/// A TLS server that asks everybody for a certificate of that authority. Says `ACCEPT` when it
/// listens.
inline command tls_server(const std::string& place, const std::string& authority,
                          const certificates::pair& mine) {
  command order;
  order.args = {"openssl", "s_server", "-www",  "-accept",        place,  "-CAfile", authority,
                "-Verify", "1",        "-cert", mine.certificate, "-key", mine.key};
  return order;
}

} // namespace flotilla::test
