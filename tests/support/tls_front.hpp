#pragma once

#include "tests/support/certificates.hpp"
#include "tests/support/process.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace flotilla::test {

struct tls_front_options {
  std::string client_ca; ///< PEM file; set: clients must show a certificate of that authority
  std::string more;      ///< further directives for nginx's server block
};

/// nginx, speaking TLS on a free port of 127.0.0.1 and passing everything on to a plain server, the
/// way registries stand behind a proxy: bodies of any size, neither side buffered.
class tls_front {
public:
  /// @param upstream the plain server's port on 127.0.0.1.
  /// @throws std::runtime_error with nginx's own words when it does not start.
  tls_front(std::uint16_t upstream, const certificates::pair& server,
            tls_front_options options = {});
  ~tls_front();
  tls_front(const tls_front&) = delete;
  tls_front& operator=(const tls_front&) = delete;

  std::string address() const; ///< `127.0.0.1:PORT`
  std::uint16_t port() const noexcept {
    return port_;
  }
  void stop();

private:
  struct place; // the temporary folder
  std::unique_ptr<place> place_;
  std::uint16_t port_ = 0;
  std::unique_ptr<process> process_;
};

} // namespace flotilla::test
