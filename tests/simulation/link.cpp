#include "tests/simulation/link.hpp"

#include "tests/simulation/far_actor.hpp"

#include <algorithm>

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>

namespace flotilla::simulation {

namespace {

constexpr std::size_t index(link::end of) noexcept {
  return static_cast<std::size_t>(of);
}

} // namespace

link::link(stage& on, span least_delay, span most_delay)
  : on_(on), least_delay_(least_delay), most_delay_(most_delay) {
}

link::~link() = default;

caf::strong_actor_ptr link::proxy(end here, const caf::strong_actor_ptr& real) {
  if (!real)
    return nullptr;
  if (auto* far = dynamic_cast<far_actor*>(real->get()); far != nullptr && far->over() == this)
    return far->here() == other(here) ? far->real() : real; // it comes home
  auto& known = proxies_.at(index(here))[real->id()];
  if (known)
    return known;
  auto& system = on_.system();
  caf::actor_config config;
  known = caf::make_actor<far_actor, caf::strong_actor_ptr>(
    system.next_actor_id(), system.node(), &system, config, shared_from_this(), here, real);
  real->get()->attach_functor(
    [me = weak_from_this(), here,
     grave = caf::actor_cast<caf::weak_actor_ptr>(known)](const caf::error& why) {
      if (auto over = me.lock())
        if (auto alive = grave.lock())
          over->bury(here, alive, why);
    });
  return known;
}

/// The news of its death travels like all others.
void link::bury(end where, const caf::strong_actor_ptr& proxy, const caf::error& why) {
  post(other(where),
       [proxy, why] { static_cast<far_actor*>(proxy->get())->kill_proxy(nullptr, why); });
}

void link::post(end from, std::function<void()> arrive) {
  if (cut_)
    return;
  const auto spread = static_cast<std::uint64_t>((most_delay_ - least_delay_).count());
  auto delay = least_delay_ + span{static_cast<span::rep>(on_.dice().between(0, spread))};
  auto& free_at = free_at_.at(index(from));
  free_at = std::max(free_at, on_.now() + delay);
  on_.later(free_at - on_.now(), [me = shared_from_this(), arrive = std::move(arrive)] {
    if (!me->cut_)
      arrive();
  });
}

void link::carry(end from, const caf::strong_actor_ptr& to, caf::mailbox_element_ptr what) {
  if (cut_)
    return;
  const auto there = other(from);
  if (on_.is_loud())
    on_.say((from == end::worker ? "to head: " : "to node: ") + caf::to_string(what->content()));
  auto message = written_out(what->move_content_to_message(), there);
  auto sender = proxy(there, what->sender);
  post(from, [sender = std::move(sender), to, id = what->mid, message = std::move(message)] {
    to->enqueue(sender, id, message, nullptr);
  });
}

template <class Handle>
bool link::swap_handle(caf::message& in, std::size_t at, end there) {
  if (!in.match_element<Handle>(at))
    return false;
  auto& handle = in.get_mutable_as<Handle>(at);
  handle = proxy(there, handle);
  return true;
}

/// Handles stand in messages by themselves, never inside of other values.
caf::message link::written_out(caf::message what, end there) {
  bool has_handles = false;
  for (std::size_t i = 0; i < what.size(); ++i) {
    what.force_unshare();
    has_handles |= swap_handle<actors::coordinator_actor>(what, i, there)
                   || swap_handle<actors::node_actor>(what, i, there)
                   || swap_handle<actors::push_actor>(what, i, there)
                   || swap_handle<actors::surveyor_actor>(what, i, there)
                   || swap_handle<actors::token_actor>(what, i, there)
                   || swap_handle<actors::gateway_actor>(what, i, there)
                   || swap_handle<actors::body_watcher_actor>(what, i, there);
  }
  if (has_handles)
    return what;
  std::vector<char> wire;
  caf::binary_serializer out{on_.system(), wire};
  caf::message arrived;
  auto lost = out(what);
  if (!lost) {
    caf::binary_deserializer in{on_.system(), wire};
    lost = in(arrived);
  }
  if (lost)
    on_.violated("travels", caf::to_string(what)
                              + " cannot cross to another process: " + on_.system().render(lost));
  on_.note(wire.size());
  return arrived;
}

void link::stall(moment until) {
  for (auto& each : free_at_)
    each = std::max(each, until);
}

void link::notice(end where) {
  cut_ = true;
  for (auto& [id, each] : std::exchange(proxies_.at(index(where)), {}))
    static_cast<far_actor*>(each->get())
      ->kill_proxy(nullptr, caf::exit_reason::remote_link_unreachable);
}

void link::close() {
  notice(end::worker);
  notice(end::head);
}

} // namespace flotilla::simulation
