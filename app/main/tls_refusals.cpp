#include "app/main/tls_refusals.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <spdlog/spdlog.h>

#include <array>
#include <chrono>
#include <mutex>
#include <netdb.h>
#include <string>

#include <sys/socket.h>

namespace flotilla::app {

namespace {

using clock = std::chrono::steady_clock;

constexpr int most_a_minute = 20;

std::string peer_of(SSL& handshake) {
  sockaddr_storage at{};
  socklen_t size = sizeof at;
  auto* address = reinterpret_cast<sockaddr*>(&at);
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  if (::getpeername(SSL_get_fd(&handshake), address, &size) != 0
      || ::getnameinfo(address, size, host.data(), host.size(), port.data(), port.size(),
                       NI_NUMERICHOST | NI_NUMERICSERV)
           != 0)
    return "a peer that is gone";
  return std::string{host.data()} + ':' + port.data();
}

std::string reason_of(SSL& handshake) {
  if (const auto verdict = SSL_get_verify_result(&handshake); verdict != X509_V_OK)
    return std::string{"its certificate is not taken: "} + X509_verify_cert_error_string(verdict);
  const auto* words = ERR_reason_error_string(ERR_peek_error());
  return words != nullptr ? words : "the TLS handshake failed";
}

/// Whether this one is told. The last one that is says that others are not.
bool may_tell(bool& last) {
  static std::mutex lock;
  static clock::time_point minute;
  static int told = 0;
  const std::lock_guard guard{lock};
  if (const auto now = clock::now(); now - minute >= std::chrono::minutes{1}) {
    minute = now;
    told = 0;
  }
  last = ++told == most_a_minute;
  return told <= most_a_minute;
}

} // namespace

void log_refusal(SSL& handshake) {
  bool last = false;
  if (may_tell(last))
    spdlog::warn("refused a connection from {}: {}{}", peer_of(handshake), reason_of(handshake),
                 last ? "; more of them are not told within this minute" : "");
}

} // namespace flotilla::app
