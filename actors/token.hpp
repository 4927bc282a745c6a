#pragma once

#include "actors/interfaces.hpp"
#include "protocol/result.hpp"
#include "protocol/token.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace flotilla::actors {

/// Finds the credentials for a registry's host[:port]; empty ones when there are none. Runs on the
/// TOKEN actor, at most once a challenge.
using credential_finder
  = std::function<protocol::result<protocol::credentials>(const std::string& host)>;

/// What the TOKEN actor knows between two messages.
class token_state {
public:
  using pointer = token_actor::stateful_pointer<token_state>;
  using answer = caf::typed_response_promise<authorization>;
  static inline const char* name = "token";

  explicit token_state(pointer self) : self_(self) {
  }

  void wire(http_actor http, credential_finder find);

  caf::result<authorization> authorize(const authorization_request& request);

private:
  /// What is known for one registry and one set of scopes.
  struct entry {
    authorization current;
    bool fetching = false;
    std::vector<answer> waiting;
  };

  void begin(const std::string& key, const authorization_request& request);
  void use_basic(const std::string& key, const authorization_request& request,
                 const protocol::credentials& who);
  void fetch_bearer(const std::string& key, const protocol::url& realm,
                    const protocol::credentials& who);
  void read_answer(const std::string& key, const std::string& realm,
                   const protocol::credentials& who, const protocol::http_outcome& outcome);
  void succeed(const std::string& key, authorization fresh);
  void fail(const std::string& key, const protocol::failure& why);

  pointer self_;
  http_actor http_;
  credential_finder find_;
  std::map<std::string, entry> entries_; ///< by registry and scopes
};

/// Answers challenges: Basic with the user's credentials, Bearer by GET from the realm that the
/// challenge names. While one answer is fetched, all who ask for the same wait for it. Does not try
/// again by itself: who asked does, within the push's retry budget.
token_actor::behavior_type token(token_state::pointer self, http_actor http,
                                 credential_finder find);

} // namespace flotilla::actors
