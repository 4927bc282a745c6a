#pragma once

#include "tests/support/exchange.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace flotilla::test {

enum class login { none, basic, bearer };

/// Who may enter a test's registry.
struct entry_rules {
  login kind = login::none; ///< bearer: tokens come from `/token` on the same server
  std::string user;         ///< empty: the token server asks nobody who they are
  std::string password;
  int token_lifetime = 300; ///< seconds, as told by `expires_in`; only `expire_tokens` ends a token
};

/// Asks for credentials, and is the token server too. A token is good for the repositories whose
/// scopes were asked for, whatever the actions. Any thread may call.
class doorkeeper {
public:
  explicit doorkeeper(entry_rules rules) : rules_(std::move(rules)) {
  }
  /// @returns the refusal, or the token asked for; nothing when the request may go on.
  std::optional<answer> stop(const seen_request& request);
  /// From now on every token given out so far is refused.
  void expire_tokens();

private:
  bool knows(const seen_request& request) const;
  answer give_token(const seen_request& request);
  std::optional<answer> check_token(const seen_request& request) const;

  const entry_rules rules_;
  mutable std::mutex lock_;
  std::map<std::string, std::string> tokens_; ///< and the scopes of each; under `lock_`
  int given_ = 0;                             ///< under `lock_`
};

} // namespace flotilla::test
