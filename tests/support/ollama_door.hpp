#pragma once

#include "tests/support/complaints.hpp"
#include "tests/support/exchange.hpp"

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace flotilla::test {

/// Whom Ollama's registry lets in.
struct key_rules {
  std::string public_key;              ///< the 32 bytes of the one key it knows; empty: every key
  std::chrono::seconds tolerance{300}; ///< between its clock and the time of a signed request
  std::chrono::seconds clock{0};       ///< by how much its clock is ahead of the truth
};

/// Asks for tokens and gives them for signatures by Ed25519 keys, which it verifies with OpenSSL
/// over the URL as it came. A token is good for what its scopes name. Any thread may call.
class ollama_door {
public:
  /// Mistakes, which a client may not make at all, are noted in `noted`.
  ollama_door(key_rules rules, complaints& noted) : rules_(std::move(rules)), noted_(noted) {
  }
  /// @returns the refusal, or the token asked for; nothing when the request may go on.
  std::optional<answer> stop(const seen_request& request);
  /// From now on every token given out so far is refused.
  void expire_tokens();

private:
  answer give_token(const seen_request& request);
  bool is_signed(const seen_request& request);
  bool is_timely(const seen_request& request);
  std::optional<answer> check_token(const seen_request& request);

  const key_rules rules_;
  complaints& noted_;
  std::mutex lock_;
  std::map<std::string, seen_request> tokens_; ///< and how each was asked for
  std::set<std::string> nonces_;
  int given_ = 0;
};

} // namespace flotilla::test
