#include "actors/membership.hpp"

#include "actors/errors.hpp"
#include "protocol/text.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace flotilla::actors {

namespace {

constexpr std::chrono::milliseconds first_wait{250};
/// Well within a lease: a coordinator that is started again waits that long for its nodes, and has
/// what they had in hand sent by others then.
constexpr std::chrono::milliseconds longest_wait{2'000};
constexpr std::chrono::seconds answer_patience{5};
constexpr std::chrono::seconds dial_patience{75};

} // namespace

void membership_state::wire(membership_options options, dialler_actor dialler, node_actor node,
                            surveyor_actor surveyor) {
  is_ = std::move(options);
  dialler_ = std::move(dialler);
  node_ = std::move(node);
  surveyor_ = std::move(surveyor);
  self_->set_down_handler([this](const caf::down_msg& down) {
    if (down.source == node_.address())
      on_node_death();
    else if (coordinator_ && down.source == coordinator_.address())
      on_lost(term_, "its connection broke");
  });
  self_->monitor(node_);
  seek();
}

std::string membership_state::where() const {
  return protocol::printable(is_.host, 120) + ':' + std::to_string(is_.port);
}

// ---- finding the coordinator -----------------------------------------------------------------

void membership_state::seek() {
  if (leaving_)
    return;
  self_->request(dialler_, dial_patience, atom::dial_v, is_.host, is_.port)
    .then([this](coordinator_actor& found) { join(std::move(found)); },
          [this](const caf::error& error) {
            auto why = to_failure(error);
            try_later(why.message + (why.hint.empty() ? "" : "; " + why.hint));
          });
}

void membership_state::join(coordinator_actor found) {
  coordinator_ = std::move(found);
  self_->monitor(coordinator_);
  auto lost
    = [this, term = ++term_](const caf::error& error) { on_lost(term, to_failure(error).message); };
  self_->request(node_, answer_patience, atom::list_v)
    .then(
      [this, term = term_, lost](std::vector<std::string>& pushes) {
        if (!coordinator_ || term != term_)
          return;
        is_.self.pushes = std::move(pushes);
        self_->request(coordinator_, answer_patience, atom::join_v, is_.self, node_, surveyor_)
          .then(
            [this, term, asked = self_->clock().now()](const welcome& said) {
              if (coordinator_ && term == term_)
                on_welcome(said, asked);
            },
            lost);
      },
      lost);
}

void membership_state::on_welcome(const welcome& said, moment asked) {
  if (!said.refusal.empty())
    return on_lost(term_, protocol::printable(said.refusal, 300));
  joined_ = true;
  attempts_ = 0;
  last_trouble_.clear();
  renewed_ = asked;
  lease_ = std::clamp<std::chrono::milliseconds>(said.lease, std::chrono::milliseconds{100},
                                                 std::chrono::hours{1});
  spdlog::info("joined the fleet of {}", where());
  beat_later(asked);
}

/// Four times a lease, however long the answers take.
void membership_state::beat_later(moment last) {
  const caf::timespan left = last + lease_ / 4 - self_->clock().now();
  self_->delayed_send(self_, std::max(left, caf::timespan{0}), atom::beat_v, term_);
}

/// Full jitter, so that a fleet does not come back in one moment.
void membership_state::try_later(const std::string& why) {
  if (leaving_)
    return;
  if (why != last_trouble_)
    spdlog::warn("no coordinator: {}; trying again", why);
  last_trouble_ = why;
  auto most = std::min(longest_wait, first_wait * (1U << std::min(attempts_++, 5U)));
  std::uniform_int_distribution<std::int64_t> wait{first_wait.count() / 2, most.count()};
  self_->delayed_send(self_, std::chrono::milliseconds{wait(random_)}, atom::join_v);
}

// ---- keeping the lease -----------------------------------------------------------------------

void membership_state::beat(std::uint32_t term) {
  if (!joined_ || term != term_)
    return;
  const auto now = self_->clock().now();
  const caf::timespan patience = renewed_ + lease_ - now;
  if (patience.count() <= 0) // we were stopped
    return on_lost(term, "our lease is over");
  self_->request(coordinator_, patience, atom::beat_v, is_.self.id)
    .then(
      [this, term, now](bool known) {
        if (!known)
          return on_lost(term, "it does not know us any more");
        if (term == term_)
          renewed_ = now;
        beat_later(now);
      },
      [this, term](const caf::error&) { on_lost(term, "it does not answer"); });
}

/// It may be that the coordinator itself is what died: it will find our work. Or we are cut off,
/// and when our lease runs out others are given it.
void membership_state::on_lost(std::uint32_t term, const std::string& why) {
  if (!coordinator_ || term != term_)
    return;
  self_->demonitor(coordinator_.address());
  coordinator_ = coordinator_actor{};
  if (std::exchange(joined_, false)) {
    spdlog::warn("the coordinator {} is lost: {}", where(), why);
    self_->send(node_, atom::lost_v, false);
    const caf::timespan left = renewed_ + lease_ - self_->clock().now();
    if (left.count() > 0)
      self_->delayed_send(self_, left, atom::lost_v);
    else
      end_lease();
  }
  try_later(why);
}

void membership_state::end_lease() {
  if (joined_ || self_->clock().now() < renewed_ + lease_)
    return;
  spdlog::warn("our lease is over: what others may go on with is left to them");
  self_->send(node_, atom::lost_v, true);
}

/// The coordinator watches the node, too, and gives its work to others.
void membership_state::on_node_death() {
  if (std::exchange(leaving_, true))
    return;
  if (is_.on_node_death)
    is_.on_node_death();
}

// ---- the end ---------------------------------------------------------------------------------

caf::result<bool> membership_state::leave(caf::timespan patience) {
  leaving_ = true;
  auto promise = self_->make_response_promise<bool>();
  if (joined_)
    self_->send(coordinator_, atom::leave_v, is_.self.id);
  self_->request(node_, patience, atom::leave_v)
    .then([promise](bool) mutable { promise.deliver(true); },
          [promise](const caf::error&) mutable { promise.deliver(false); });
  return promise;
}

membership_state::interface::behavior_type membership(membership_state::pointer self,
                                                      membership_options options,
                                                      dialler_actor dialler, node_actor node,
                                                      surveyor_actor surveyor) {
  self->state.wire(std::move(options), std::move(dialler), std::move(node), std::move(surveyor));
  auto& state = self->state;
  return {
    [&state](atom::leave, caf::timespan patience) { return state.leave(patience); },
    [&state](atom::status) { return state.is_member(); },
    [&state](atom::join) { state.seek(); },
    [&state](atom::beat, std::uint32_t term) { state.beat(term); },
    [&state](atom::lost) { state.end_lease(); },
  };
}

} // namespace flotilla::actors
