#pragma once

#include "tests/support/exchange.hpp"
#include "tests/support/registry.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace flotilla::test {

/// Somebody a token server knows. Actions read as in a scope: `pull,push`.
struct token_user {
  std::string name;
  std::string password;
  std::string identity;                  ///< the refresh token that stands for it; empty: none
  std::string actions = "pull,push";     ///< what it may do
  std::map<std::string, std::string> in; ///< by repository, what it may do there instead
};

struct token_server_options {
  std::vector<token_user> users;
  std::string anonymous; ///< what those may do who do not say who they are; empty: they get 401
  std::chrono::seconds lifetime{300}; ///< of a token; the registry refuses it then
  std::chrono::seconds clock{0};      ///< by how much `issued_at` is ahead of the truth
  int without_oauth = 0;              ///< the status that every POST gets; 0: it is served
  bool rotates = false; ///< a refresh token is good for one use: the answer holds the next
};

/// A token server (distribution, docs/spec/auth/token.md and oauth.md) on a free port of
/// 127.0.0.1: GET /token with Basic credentials or none, POST /token with the grants `password` and
/// `refresh_token`. Its tokens are signed, and a `registry` with `trust()` takes no others. As the
/// specification says, a token holds what of the asked is allowed, maybe nothing. Any thread may
/// call.
class token_server {
public:
  explicit token_server(token_server_options options = {});
  ~token_server();
  token_server(const token_server&) = delete;
  token_server& operator=(const token_server&) = delete;

  std::string address() const; ///< `127.0.0.1:PORT`
  token_auth trust() const;    ///< for `registry_options::tokens`

  /// Of the tokens from now on; `expires_in` says so. May be negative: they are dead when they
  /// come.
  void set_lifetime(std::chrono::seconds lifetime);
  /// What `expires_in` says from now on, true or not; nothing: the answer does not have it.
  void claim_lifetime(std::optional<long> seconds);
  /// What that user may do from now on, in every repository.
  void set_actions(const std::string& user, const std::string& actions);
  /// Gives that answer to the next `times` requests: a status of trouble, JSON that is none, …
  void answer_next(answer reply, int times = 1);
  /// Requests wait from now on until `release`; then they are answered.
  void hold();
  void release();
  /// Waits until that many wait. @returns false when 30 s were not enough.
  bool wait_for_held(std::size_t least = 1);

  /// A token made by hand, e.g. one that is dead or lacks an action.
  std::string token(const std::string& repository, const std::string& actions,
                    std::chrono::seconds lifetime) const;

  /// The requests so far; `query` holds the fields of a POST too.
  std::vector<seen_request> log() const;
  seen_request last() const;                   ///< of them; an empty one before the first
  std::size_t count(const char* method) const; ///< of them; empty: any
  /// All tokens given out so far, and refresh tokens: no log may show one.
  std::vector<std::string> given() const;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace flotilla::test
