#pragma once

#include "tests/support/doorkeeper.hpp"
#include "tests/support/exchange.hpp"
#include "tests/support/memory_registry.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace flotilla::test {

struct scripted_registry_options {
  memory_registry::habits habits;
  entry_rules entry;
};

/// A registry on a free port of 127.0.0.1 that behaves until a rule says otherwise. For what a real
/// registry will not do; bodies are held in memory. Any thread may call.
class scripted_registry {
public:
  /// Decides on a request: an answer, or nothing to let the next rule, and at last the registry,
  /// decide. It runs on the connection's thread and may block, e.g. to hold an answer back.
  using rule = std::function<std::optional<answer>(const seen_request&)>;
  static constexpr int always = -1;

  explicit scripted_registry(scripted_registry_options options = {});
  ~scripted_registry();
  scripted_registry(const scripted_registry&) = delete;
  scripted_registry& operator=(const scripted_registry&) = delete;

  std::string address() const; ///< `127.0.0.1:PORT`
  std::uint16_t port() const noexcept;
  memory_registry& content() noexcept; ///< what it stores

  /// Gives that answer to the next `times` requests whose target (path and query) holds a match of
  /// `target`, a regular expression. `method` empty: any. Earlier rules go first.
  void on(std::string method, const std::string& target, answer reply, int times = 1);
  void on(std::string method, const std::string& target, rule decide, int times = always);
  /// The same, but as soon as the headers are there; the body is left unread.
  void on_headers(std::string method, const std::string& target, answer reply, int times = 1);
  void on_headers(std::string method, const std::string& target, rule decide, int times = always);

  /// From now on every token given out so far is refused.
  void expire_tokens();

  /// The requests so far, in the order in which they were answered.
  std::vector<seen_request> log() const;
  /// How many of them have that method (empty: any) and a target that holds a match of `target`.
  std::size_t count(const std::string& method, const std::string& target = "") const;
  /// Waits until `count` is at least `least`.
  bool wait_for(const std::string& method, const std::string& target, std::size_t least = 1) const;
  /// The largest number of request bodies that were on their way at one time.
  std::size_t most_bodies_at_once() const;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace flotilla::test
