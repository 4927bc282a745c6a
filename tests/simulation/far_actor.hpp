#pragma once

#include "tests/simulation/link.hpp"

#include <caf/actor_proxy.hpp>

namespace flotilla::simulation {

/// Stands for an actor of another process, at one end of a link.
class far_actor : public caf::actor_proxy {
public:
  far_actor(caf::actor_config& config, std::shared_ptr<link> over, link::end here,
            caf::strong_actor_ptr real)
    : caf::actor_proxy(config), over_(std::move(over)), here_(here), real_(std::move(real)) {
  }

  void enqueue(caf::mailbox_element_ptr what, caf::execution_unit*) override {
    if (over_)
      over_->carry(here_, real_, std::move(what));
  }
  /// What is sent to it after that vanishes, and whoever watched it is told that it is down.
  void kill_proxy(caf::execution_unit* context, caf::error why) override {
    over_.reset();
    real_.reset();
    cleanup(std::move(why), context);
  }
  link::end here() const noexcept {
    return here_;
  }
  const link* over() const noexcept {
    return over_.get();
  }
  const caf::strong_actor_ptr& real() const noexcept {
    return real_;
  }

private:
  std::shared_ptr<link> over_;
  link::end here_;
  caf::strong_actor_ptr real_;
};

} // namespace flotilla::simulation
