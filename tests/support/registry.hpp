#pragma once

#include "tests/support/process.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace flotilla::test {

/// Which token server a registry sends its users to, and whose tokens it takes.
struct token_auth {
  std::string realm; ///< URL; empty: no tokens
  std::string service;
  std::string issuer;
  std::string certificates; ///< PEM file: the tokens are signed by one of their keys
};

struct registry_options {
  std::string user; ///< with `password`: nobody else gets in (htpasswd)
  std::string password;
  bool read_only = false;  ///< writes are answered with 405
  std::string certificate; ///< PEM file; with `key`: the registry speaks TLS itself
  std::string key;         ///< PEM file
  std::string storage;     ///< an existing folder for its blobs; empty: in a temporary one
  std::string more;        ///< YAML appended to its configuration: further top-level keys
  token_auth tokens{};     ///< instead of a password: nobody gets in without a token of theirs
};

/// A real registry (Debian's docker-registry) on a free port of 127.0.0.1. It runs after the
/// constructor and is killed by the destructor; what it stores lives as long as this object.
class registry {
public:
  /// @throws std::runtime_error with the registry's own words when it does not start.
  explicit registry(registry_options options = {});
  ~registry();
  registry(const registry&) = delete;
  registry& operator=(const registry&) = delete;

  std::string address() const; ///< `127.0.0.1:PORT`
  std::uint16_t port() const noexcept {
    return port_;
  }
  /// Where its blobs lie, e.g. to damage one.
  const std::string& storage() const noexcept {
    return options_.storage;
  }
  /// The file of a blob's content, there or not. `digest` is `sha256:<hex>`.
  std::string blob_file(const std::string& digest) const;

  void start();            ///< on the same port, with the same content
  void stop();             ///< by SIGTERM
  void kill();             ///< by SIGKILL
  void restart();          ///< stop and start
  void signal(int number); ///< nothing happens while it does not run
  /// Stops and starts again so that writes are refused, or allowed.
  void set_read_only(bool on);

  /// How often each method was asked for since the constructor, by the registry's access log.
  std::map<std::string, int> requests() const;
  /// The access log since the constructor, a line per answered request.
  std::string access_log() const;
  /// What the running registry has said on stderr.
  std::string said() const;

private:
  std::string configuration() const;
  void end(int signal);

  struct place; // the temporary folder
  std::unique_ptr<place> place_;
  registry_options options_;
  std::uint16_t port_ = 0;
  std::string earlier_log_; // of the processes before this one
  std::unique_ptr<process> process_;
};

} // namespace flotilla::test
