#pragma once

#include "actors/credential_finder.hpp"
#include "actors/interfaces.hpp"
#include "protocol/result.hpp"
#include "protocol/token_exchange.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace flotilla::actors {

/// Why there is no authorization, from the error that the TOKEN actor answered with. What a token
/// server in trouble said of itself, its status and `Retry-After`, is in it.
protocol::no_response to_no_response(const caf::error& error);

/// What the TOKEN actor knows between two messages.
class token_state {
public:
  using pointer = token_office_actor::stateful_pointer<token_state>;
  using answer = caf::typed_response_promise<authorization>;
  using moment = caf::actor_clock::time_point;
  static inline const char* name = "token";

  explicit token_state(pointer self) : self_(self) {
  }

  void wire(http_actor http, credential_finder find);

  caf::result<authorization> authorize(const authorization_request& request);
  token_totals totals() const;

private:
  /// What is known for one registry and one set of scopes. An authorization that has been refused
  /// stays until there is another: whoever takes it up is refused too, and then waits for that.
  struct entry {
    std::string field;                     ///< for `Authorization`; empty: none yet
    std::chrono::milliseconds lifetime{0}; ///< from `fetched` on; 0: for ever
    moment fetched;
    std::string shortfall;
    std::string challenge; ///< that `field` answers
    bool fetching = false;
    std::vector<answer> waiting;
  };

  /// One answer that is being fetched.
  struct errand {
    std::string key;
    authorization_request request;
    protocol::credentials who;
    protocol::token_exchange machine;
  };
  using shared_errand = std::shared_ptr<errand>;

  /// A login that a token server would not take: it is not tried again at once.
  struct refused_login {
    protocol::credentials who;
    protocol::no_response why;
    moment until;
  };

  bool must_fetch(const entry& known, const authorization_request& request) const;
  authorization what_is_left(const entry& known) const;
  void begin(const std::string& key, authorization_request request);
  void use_basic(const std::string& key, const authorization_request& request,
                 const protocol::credentials& who);
  void use_registry_token(const std::string& key, const authorization_request& request,
                          const protocol::credentials& who);
  void fetch_bearer(const shared_errand& what);
  void follow(const shared_errand& what, protocol::token_exchange::step next);
  void take(const errand& what, const protocol::token_answer& fresh);
  void succeed(const std::string& key, const authorization_request& request, authorization fresh);
  void fail(const std::string& key, const protocol::no_response& none);
  void remember_refusal(const errand& what, const protocol::no_response& none);

  pointer self_;
  http_actor http_;
  credential_finder find_;
  std::map<std::string, entry> entries_; ///< by registry and scopes
  std::uint64_t fetched_ = 0, failed_ = 0;
  /// The newest of those that token servers change with each use, by what they were at first.
  std::map<std::string, std::string> identity_tokens_;
  std::map<std::string, refused_login> refused_; ///< by token server and user
};

/// Answers challenges: Basic with the user's credentials, Bearer from the realm that the challenge
/// names (protocol::token_exchange). Keeps each answer and the challenge it belongs to, so that
/// whoever asks later need not have seen one. While one answer is fetched, all who ask for the same
/// wait for it. Does not try again by itself: who asked does, within the push's retry budget.
///
/// The lifetime that it tells is what remains of the first four fifths of a token's life: after
/// that the token is to be named as rejected, and all who do so get the next one. Who does not is
/// told what remains of the last fifth.
token_office_actor::behavior_type token(token_state::pointer self, http_actor http,
                                        credential_finder find);

} // namespace flotilla::actors
