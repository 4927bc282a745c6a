#pragma once

#include "tests/simulation/registry.hpp"
#include "tests/simulation/stage.hpp"
#include "tests/simulation/weather.hpp"

#include <map>
#include <string>

namespace flotilla::simulation {

/// A process as the network sees it.
struct caller {
  std::string name;
  bool has_credentials = false; ///< it is the coordinator, or a process by itself
  std::uint32_t slots = 0;      ///< bodies that it may send at a time
};

/// What the processes reach: the registry, its token server, and what is between. Watches over
/// what each of them may send where.
class internet {
public:
  internet(stage& on, registry& to, weather& over) : on_(on), to_(to), over_(over) {
  }

  /// A request without bytes of a blob. @param answered false: its answer is lost
  protocol::http_response serve(const protocol::http_request& request, const caller& who);
  /// A body comes: see `registry::admit`.
  std::optional<protocol::http_response> admit(const protocol::http_request& request,
                                               const caller& who);

  registry& holder() noexcept {
    return to_;
  }
  weather& sky() noexcept {
    return over_;
  }

  /// A blob is on the wire from now on, until it is not.
  void body_begins(const std::string& digest, const caller& who, bool checked);
  void body_ends(const std::string& digest, const caller& who);
  /// That process and its coordinator know nothing of each other, until then at least.
  void set_apart(const std::string& who, moment until);
  void set_all_apart(moment until) {
    all_apart_ = std::max(all_apart_, until);
  }
  bool was_apart(const std::string& who, moment since) const;
  std::uint64_t requests() const noexcept {
    return requests_;
  }

private:
  struct sender {
    std::string who;
    moment since;
  };

  protocol::http_response give_token(const protocol::http_request& request, const caller& who);
  void watch_authorization(const protocol::http_request& request, const caller& who);

  stage& on_;
  registry& to_;
  weather& over_;
  std::multimap<std::string, sender> on_wire_; ///< by digest
  std::map<std::string, moment> apart_;
  moment all_apart_{};
  std::uint64_t requests_ = 0;
};

} // namespace flotilla::simulation
