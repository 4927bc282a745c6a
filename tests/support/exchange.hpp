#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace flotilla::test {

/// A request as a test's server saw it.
struct seen_request {
  std::string method;
  std::string target;                            ///< path and query as they were sent
  std::string path;                              ///< decoded
  std::multimap<std::string, std::string> query; ///< decoded
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::size_t body_size = 0; ///< bytes; the log keeps this and drops bodies above 1 MiB

  /// The first header of that name, whatever its case; empty when there is none.
  std::string header(const std::string& name) const;
  /// The first parameter of that name; empty when there is none.
  std::string parameter(const std::string& name) const;
  /// What it was sent to, as the client sees it; a TLS front says so.
  std::string origin() const;
};

/// What a test's server answers.
struct answer {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  /// Set: called with the connection's socket instead of sending the above; then it is closed.
  std::function<void(int socket)> instead;
};

/// `{"errors":[{"code":CODE,"message":MESSAGE}]}`, as registries put it.
answer registry_error(int status, const std::string& code, const std::string& message);
/// Closes the connection without a word.
answer hang_up();
/// Breaks the connection with a TCP reset.
answer reset_connection();
/// Sends these bytes, whatever they are, and closes the connection.
answer raw_bytes(std::string bytes);

} // namespace flotilla::test
