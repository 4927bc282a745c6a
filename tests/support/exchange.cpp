#include "tests/support/exchange.hpp"

#include <strings.h>
#include <sys/socket.h>

namespace flotilla::test {

std::string seen_request::header(const std::string& name) const {
  for (const auto& [key, value] : headers)
    if (::strcasecmp(key.c_str(), name.c_str()) == 0)
      return value;
  return {};
}

std::string seen_request::parameter(const std::string& name) const {
  const auto found = query.find(name);
  return found == query.end() ? std::string() : found->second;
}

std::string seen_request::origin() const {
  const auto scheme = header("X-Forwarded-Proto");
  return (scheme.empty() ? "http" : scheme) + "://" + header("Host");
}

answer registry_error(int status, const std::string& code, const std::string& message) {
  return {status,
          {{"Content-Type", "application/json"}},
          R"({"errors":[{"code":")" + code + R"(","message":")" + message + R"("}]})",
          {}};
}

answer hang_up() {
  answer result;
  result.instead = [](int) {};
  return result;
}

answer reset_connection() {
  answer result;
  result.instead = [](int socket) {
    const linger at_once{1, 0}; // closing then sends RST
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  };
  return result;
}

answer raw_bytes(std::string bytes) {
  answer result;
  result.instead = [bytes = std::move(bytes)](int socket) {
    for (std::size_t sent = 0; sent < bytes.size();) {
      const auto count = ::send(socket, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (count <= 0)
        return;
      sent += static_cast<std::size_t>(count);
    }
  };
  return result;
}

} // namespace flotilla::test
