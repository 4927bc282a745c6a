#pragma once

#include "protocol/http.hpp"
#include "protocol/ollama_token.hpp"
#include "protocol/token.hpp"

#include <string>
#include <variant>
#include <vector>

namespace flotilla::protocol {

/// Getting one token from the server that a Bearer challenge names, as a machine without I/O. With
/// a key by a GET that it signs, with an identity token by POST, else by GET, which every token
/// server knows. A server that does not know POST or GET is asked in the other way, once, if there
/// are a user and a password to go with it.
///
/// A server that is down, limits us or talks nonsense is worth another try: errc::unavailable. One
/// that refuses what we are is not, for an account may be locked after a few: errc::unauthorized.
///
/// Life: `begin` once, then `on_outcome` of each request, until an answer or none.
class token_exchange {
public:
  using step = std::variant<http_request, token_answer, no_response>;

  /// @param scopes what the token is for; none: what the challenge says, in a signed request
  /// @param who without a `registry_token`, which needs no server
  /// @param stamp of a signed request; no other has one
  token_exchange(challenge bearer, std::vector<std::string> scopes, credentials who, url registry,
                 token_stamp stamp);

  [[nodiscard]] step begin();
  [[nodiscard]] step on_outcome(http_outcome outcome);

  /// The token server, for people: with `who`, what a refusal is remembered under.
  const std::string& server() const noexcept {
    return server_;
  }

private:
  enum class way : std::uint8_t { get, post, signed_get };

  step ask(way by);
  result<http_request> request_by(way by) const;
  result<http_request> plain_request() const;
  result<http_request> signed_request() const;
  credentials used() const;
  bool may_try_other_way(int status) const noexcept;
  step refusal(const http_response& response) const;
  std::string doing() const;

  challenge bearer_;
  std::vector<std::string> scopes_;
  credentials who_;
  url registry_;
  token_stamp stamp_;
  std::string server_;
  std::string authorization_; ///< that the last request had
  way by_ = way::get;
  bool second_ = false; ///< the other way is being tried
};

} // namespace flotilla::protocol
