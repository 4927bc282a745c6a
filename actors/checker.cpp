#include "actors/checker.hpp"

#include "protocol/broken_record.hpp"

namespace flotilla::actors {

using protocol::presence;

void checker_state::wire(crew_desk_actor desk, gateway_actor gateway, engagement job) {
  desk_ = std::move(desk);
  job_ = std::move(job);
  questions.wire(self_, std::move(gateway), [this](setback_note note) {
    self_->send(desk_, atom::setback_v, job_.push, std::move(note));
  });
}

void checker_state::take(std::vector<check_order> orders) {
  std::move(orders.begin(), orders.end(), std::back_inserter(orders_));
  pump();
}

void checker_state::pump() {
  while (in_flight_ < job_.options.checks && !orders_.empty()) {
    ++in_flight_;
    check(std::move(orders_.front()));
    orders_.pop_front();
  }
}

void checker_state::check(check_order order) {
  auto judge = protocol::unless_broken(
    [this, id = order.id, size = order.size](const protocol::http_outcome& outcome) {
      return judge_blob_head(outcome, job_.at, id, size);
    },
    order.to_be_sent);
  auto request = job_.at.head_blob(order.id);
  auto blob = order.id.brief();
  questions.ask<presence>(
    std::move(request), std::move(judge),
    [this, order = std::move(order)](const protocol::result<presence>& found) mutable {
      if (!found) {
        self_->send(desk_, atom::failed_v, job_.push, found.error());
        return;
      }
      if (*found == presence::absent && !order.mount_from.empty())
        return look_at_mount_source(std::move(order));
      finish({order.blob, *found == presence::present, false});
    },
    std::move(blob));
}

/// Whether the mount source holds the blob is good to know, and never worth a failure.
void checker_state::look_at_mount_source(check_order order) {
  auto source = job_.at.sibling(order.mount_from);
  auto judge = [source, id = order.id, size = order.size](
                 const protocol::http_outcome& outcome) -> protocol::verdict<presence> {
    auto found = judge_blob_head(outcome, source, id, size);
    if (std::holds_alternative<protocol::failure>(found))
      return presence::absent;
    return found;
  };
  questions.ask<presence>(
    source.head_blob(order.id), protocol::unless_broken(std::move(judge)),
    [this, blob = order.blob](const protocol::result<presence>& found) {
      finish({blob, false, found && *found == presence::present});
    },
    order.id.brief());
}

void checker_state::finish(check_result result) {
  --in_flight_;
  self_->send(desk_, atom::checked_v, job_.push, result);
  pump();
}

checker_state::interface::behavior_type checker(checker_state::pointer self, crew_desk_actor desk,
                                                gateway_actor gateway, engagement job) {
  self->state.wire(std::move(desk), std::move(gateway), std::move(job));
  return {
    [self](atom::check, std::vector<check_order>& orders) { self->state.take(std::move(orders)); },
    [self](atom::again, std::uint32_t ticket) { self->state.questions.again(ticket); },
  };
}

} // namespace flotilla::actors
