#pragma once

#include "actors/interfaces.hpp"
#include "tests/simulation/stage.hpp"

#include <array>
#include <cstddef>
#include <map>
#include <memory>

namespace flotilla::simulation {

/// One connection between two processes, as TCP and CAF's broker make it: what is sent arrives
/// later and in order; once it is cut, all that is under way is lost and everything after. At each
/// end stands a proxy for every actor of the other end that is known there; actors cannot tell it
/// from the real one. What crosses is written out and read in again, but for handles, in whose
/// place the other end gets a proxy.
class link : public std::enable_shared_from_this<link> {
public:
  /// The two ends.
  enum class end : std::uint8_t { worker, head };
  static constexpr end other(end one) noexcept {
    return one == end::worker ? end::head : end::worker;
  }

  link(stage& on, span least_delay, span most_delay);
  ~link();

  /// What stands at `here` for an actor of the other end.
  caf::strong_actor_ptr proxy(end here, const caf::strong_actor_ptr& real);
  template <class Handle>
  Handle proxy(end here, const Handle& real) {
    return caf::actor_cast<Handle>(proxy(here, caf::actor_cast<caf::strong_actor_ptr>(real)));
  }

  /// What is sent from now on arrives no sooner than then.
  void stall(moment until);
  /// Nothing arrives any more; no end knows it yet.
  void cut() noexcept {
    cut_ = true;
  }
  bool is_cut() const noexcept {
    return cut_;
  }
  /// That end learns that the connection is gone.
  void notice(end where);
  /// Forgets both ends' proxies: they hold the link, and it holds them.
  void close();

private:
  friend class far_actor;

  void carry(end from, const caf::strong_actor_ptr& to, caf::mailbox_element_ptr what);
  void bury(end where, const caf::strong_actor_ptr& proxy, const caf::error& why);
  void post(end from, std::function<void()> arrive);
  caf::message written_out(caf::message what, end there);
  template <class Handle>
  bool swap_handle(caf::message& in, std::size_t at, end there);

  stage& on_;
  span least_delay_, most_delay_;
  bool cut_ = false;
  std::array<moment, 2> free_at_{}; ///< when the last message from there arrives
  std::array<std::map<caf::actor_id, caf::strong_actor_ptr>, 2> proxies_; ///< there, by the real id
};

} // namespace flotilla::simulation
