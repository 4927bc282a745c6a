#pragma once

#include "protocol/url.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace flotilla::actors {

struct authorization_request {
  protocol::url registry;
  std::vector<std::string> scopes;
  std::string challenge; ///< `WWW-Authenticate`; empty: is anything known?
  std::string rejected;  ///< the authorization that was refused or has grown old
};

/// What it is for: requests of one subject are answered alike.
inline std::string subject(const authorization_request& of) {
  auto text = of.registry.origin();
  for (const auto& scope : of.scopes)
    text += ' ' + scope;
  return text;
}

/// What goes into `Authorization`, and for how long.
struct authorization {
  std::string field;                     ///< empty: none is needed, as far as is known
  std::chrono::milliseconds lifetime{0}; ///< 0: for ever
  /// For people, where it allows less than was asked for: what, and who gave it. Empty: it does
  /// not, as far as can be read from it.
  std::string shortfall{};
};

/// How the TOKEN actor has fared since the process began.
struct token_totals {
  std::uint64_t fetched = 0;
  std::uint64_t failed = 0;
  /// Until the next token ends that has an end; 0: none has, or all are over.
  double seconds_left = 0;
};

template <class Inspector>
auto inspect(Inspector& f, authorization_request& x) {
  return f(x.registry, x.scopes, x.challenge, x.rejected);
}
template <class Inspector>
auto inspect(Inspector& f, authorization& x) {
  return f(x.field, x.lifetime, x.shortfall);
}

template <class Inspector>
auto inspect(Inspector& f, token_totals& x) {
  return f(x.fetched, x.failed, x.seconds_left);
}

} // namespace flotilla::actors
